import { LabError } from '#shared/errors'
import type { ParamValue } from '#shared/params'
import { parseSweepSpec, sweepFromJson, type SweepAxis, type SweepSpec, type SweptValues } from '#shared/sweep'
import { fieldDefinition, pathNamed, sweepablePaths, withFields } from '#shared/sweepFields'
import { parseValues } from '#shared/sweepText'
import { parseRunSpec, type RunSpec } from '#shared/spec'
import type { System } from '../core/system'
import { unknownWord } from './nearest'
import { wholeNumber } from './numberOption'
import { presetSpec, readSpecText, splitAssignment, systemNamed } from './specFromOptions'

export interface SweepOptions {
  readonly system?: string | undefined
  readonly preset?: string | undefined
  readonly set?: readonly string[] | undefined
  readonly seeds?: string | undefined
  readonly where?: readonly string[] | undefined
  readonly random?: string | undefined
  readonly probes?: string | undefined
  readonly 'end-only'?: boolean | undefined
  readonly name?: string | undefined
}

const MAX_DRAWS = 100_000

/**
 * What `sweep` is asked to train: a file or a system (with a preset), then the single values, each over the ones before.
 * A value that is one value goes into the base, any other becomes an axis, in the order given.
 * @throws LabError 'bad-input' naming what cannot be read, before anything starts
 */
export async function sweepFromOptions(
  systems: readonly System[],
  file: string | undefined,
  options: SweepOptions,
): Promise<SweepSpec> {
  const begun = await beginning(systems, file, options)
  const system = systemNamed(systems, begun.base.system)
  const seeds = options.seeds === undefined ? [] : [`seed=${options.seeds}`]
  const given = [...(options.set ?? []), ...seeds].map((assignment) => fieldOf(system, assignment))
  const taken = new Set(given.map(({ path }) => path))
  const fixed = given.flatMap(({ path, values }): [string, ParamValue][] => {
    const only = onlyValue(values)
    return only === null ? [] : [[path, only]]
  })
  const swept = given.filter(({ values }) => onlyValue(values) === null).map((field): SweepAxis => [field])
  const base = withFields(begun.base, fixed)
  return parseSweepSpec({
    ...begun,
    base: {
      ...base,
      ...(options.probes !== undefined && { probes: options.probes.split(',').map((id) => id.trim()) }),
      ...(options['end-only'] && { schedule: { ...begun.base.schedule, kind: 'end' } }),
    },
    axes: [...begun.axes.filter((axis) => axis.every(({ path }) => !taken.has(path))), ...swept],
    constraints: [...begun.constraints, ...(options.where ?? [])],
    ...(options.random !== undefined && {
      strategy: { kind: 'random', draws: wholeNumber('random', options.random, 1, MAX_DRAWS) },
    }),
    ...(options.name !== undefined && { name: options.name }),
  })
}

async function beginning(
  systems: readonly System[],
  file: string | undefined,
  { system, preset }: SweepOptions,
): Promise<SweepSpec> {
  if (file !== undefined) {
    if (system === undefined && preset === undefined) return sweepFromJson(await readSpecText(file))
    throw new LabError(
      'bad-input',
      `Both ${file} and --system or --preset were given; a sweep begins with one of them.`,
    )
  }
  if (system === undefined) {
    const known = systems.map(({ id }) => id).join(', ')
    throw new LabError('bad-input', `sweep: name a FILE.json, or a system with --system (${known}).`)
  }
  const found = systemNamed(systems, system)
  const base: RunSpec = preset === undefined ? parseRunSpec({ system: found.id }) : presetSpec(found, preset, 0)
  return parseSweepSpec({ base: { ...base, name: '' } })
}

function fieldOf(system: System, assignment: string): { path: string; values: SweptValues } {
  const [name, text] = splitAssignment(assignment)
  const path = pathNamed(name.trim(), system.params)
  const definition = path === null ? null : fieldDefinition(path, system.params)
  if (path === null || !definition) {
    const known = sweepablePaths(system.params).map((known) => known.replace(/^params\./, ''))
    throw unknownWord(`parameter of ${system.id}:`, name, known)
  }
  const { values, problem } = parseValues(definition, text)
  if (values) return { path, values }
  throw new LabError('bad-input', `--set ${name}: ${problem}`)
}

/** Null where there are several, or draws. */
function onlyValue(values: SweptValues): ParamValue | null {
  return values.kind === 'list' && values.values.length === 1 ? (values.values[0] ?? null) : null
}
