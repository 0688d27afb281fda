import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { LabError } from '#shared/errors'
import { paramFromText, parseParams, type ParamDefinition, type ParamValue } from '#shared/params'
import { parseRunSpec, parseWith, type RunSpec } from '#shared/spec'
import type { Preset, System } from '../core/system'
import { unknownWord } from './nearest'
import { wholeNumber } from './numberOption'

export interface SpecOptions {
  readonly preset?: string | undefined
  readonly set?: readonly string[] | undefined
  readonly seed?: string | undefined
  readonly spec?: string | undefined
  readonly name?: string | undefined
}

/** Larger than any spec with a thousand extra steps. */
const MAX_SPEC_BYTES = 2 ** 20
const MAX_SEED = 2 ** 32 - 1

/** The system of this id. @throws LabError 'bad-input' with the nearest known one */
export function systemNamed(systems: readonly System[], id: string): System {
  const system = systems.find((candidate) => candidate.id === id)
  if (system) return system
  const known = systems.map((candidate) => candidate.id)
  throw unknownWord('system', id, known)
}

/**
 * What `run` is asked to train: a file or a preset, then the single values, then seed and name, each over the ones before.
 * @throws LabError 'bad-input' naming every field that is wrong, before anything starts
 */
export async function specFromOptions(
  systems: readonly System[],
  systemId: string | undefined,
  options: SpecOptions,
): Promise<RunSpec> {
  if (options.spec !== undefined && options.preset !== undefined) {
    throw new LabError('bad-input', 'Both --spec and --preset were given; a run begins with one of them.')
  }
  const base = options.spec === undefined ? null : await readSpec(options.spec)
  if (base && systemId !== undefined && base.system !== systemId) {
    throw new LabError('bad-input', `${options.spec} is a run of "${base.system}", but "${systemId}" was asked for.`)
  }
  const id = base?.system ?? systemId
  if (id === undefined) {
    throw new LabError('bad-input', `run: name a system (${systems.map((s) => s.id).join(', ')}) or a --spec file.`)
  }
  const system = systemNamed(systems, id)
  const preset = options.preset === undefined ? null : presetNamed(system, options.preset)
  const given = Object.fromEntries((options.set ?? []).map((assignment) => assignmentOf(system, assignment)))
  const params = { ...preset?.params, ...base?.params, ...given }
  parseParams(system.params, params)
  return parseRunSpec({
    ...base,
    system: id,
    params,
    ...(preset?.extraSteps && { schedule: { extraSteps: [...preset.extraSteps] } }),
    ...(options.seed !== undefined && { seed: wholeNumber('seed', options.seed, 0, MAX_SEED) }),
    ...(options.name !== undefined && { name: options.name }),
  })
}

/** The spec of a preset, as the demo and the claims train it. */
export function presetSpec(system: System, presetId: string, seed: number): RunSpec {
  const preset = presetNamed(system, presetId)
  return parseRunSpec({
    system: system.id,
    params: preset.params,
    schedule: { extraSteps: [...(preset.extraSteps ?? [])] },
    seed,
    name: `${system.id} ${presetId}, seed ${seed}`,
  })
}

export function presetNamed(system: System, id: string): Preset {
  const preset = Object.hasOwn(system.presets, id) ? system.presets[id] : undefined
  if (!preset) throw unknownWord(`preset of ${system.id}:`, id, Object.keys(system.presets))
  return preset
}

/** `name=value`, the value in the words of the parameter: --set width=8, --set widths=8,8,4. */
function assignmentOf(system: System, assignment: string): [string, ParamValue] {
  const [name, text] = splitAssignment(assignment)
  const definition: ParamDefinition | undefined = Object.hasOwn(system.params, name) ? system.params[name] : undefined
  if (!definition) throw unknownWord(`parameter of ${system.id}:`, name, Object.keys(system.params))
  return [name, paramFromText(definition, text)]
}

/** The two sides of `name=value`. */
export function splitAssignment(assignment: string): [name: string, text: string] {
  const equals = assignment.indexOf('=')
  if (equals >= 1) return [assignment.slice(0, equals), assignment.slice(equals + 1)]
  throw new LabError('bad-input', `--set: got "${assignment}", expected NAME=VALUE, as in --set seed=3.`)
}

async function readSpec(path: string): Promise<z.infer<typeof specFile>> {
  return parseWith(specFile, parseJson(path, await readSpecText(path)), path)
}

/** The text of a spec file. @throws LabError 'bad-input' if it cannot be read or is far too long for one */
export async function readSpecText(path: string): Promise<string> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new LabError('bad-input', `${path} cannot be read. Check the name and the permissions.`, {}, { cause })
  }
  if (text.length > MAX_SPEC_BYTES) {
    throw new LabError('bad-input', `${path} has ${text.length} characters; a spec has ${MAX_SPEC_BYTES} at most.`)
  }
  return text
}

/** Only what is needed to find the system; the whole is parsed once it is complete. */
const specFile = z.looseObject({
  system: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
})

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LabError('bad-input', `--spec: ${path} is not JSON: ${LabError.from(cause).message}.`, {}, { cause })
  }
}
