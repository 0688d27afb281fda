import { planText, scheduleText } from './scheduleText'
import { paramText } from './params'
import type { RunSpec } from './spec'
import type { SweepSpec } from './sweep'
import { valuesText } from './sweepText'

/** One field that two specs do not share; null where one of them does not have it. */
export interface FieldDifference {
  /** Path in the spec: 'params.width', 'constraints'. */
  readonly path: string
  readonly before: string | null
  readonly after: string | null
}

/** Fields of a spec as text, by path. */
export type SpecFields = ReadonlyMap<string, string>

export function fieldsOfRun(spec: RunSpec): SpecFields {
  const { system, params, seed, probes, schedule, probeSchedules, analyses, checkpoints, backend, name, ...rest } = spec
  rest satisfies Record<string, never>
  return new Map([
    ['system', system],
    ['name', name],
    ...Object.entries(params).map(([id, value]): [string, string] => [`params.${id}`, paramText(value)]),
    ['seed', String(seed)],
    ['probes', probes?.join(', ') ?? 'those of the system'],
    ...nested('schedule', schedule),
    ...Object.entries(probeSchedules).map(([id, own]): [string, string] => [`probeSchedules.${id}`, scheduleText(own)]),
    ['analyses', analyses.map(planText).join('; ')],
    ...nested('checkpoints', checkpoints),
    ...nested('backend', backend),
  ])
}

/** The swept fields stand with their values as they are typed. */
export function fieldsOfSweep({ base, axes, constraints, strategy, drawSeed, name }: SweepSpec): SpecFields {
  const swept = axes.flatMap((axis) => {
    const paths = axis.map(({ path }) => path)
    return axis.map(({ path, values }): [string, string] => {
      const others = paths.filter((other) => other !== path)
      return [path, others.length > 0 ? `${valuesText(values)} (with ${others.join(', ')})` : valuesText(values)]
    })
  })
  return new Map([
    ...fieldsOfRun({ ...base, name: base.name || name }),
    ...swept,
    ['constraints', constraints.join('; ')],
    ...nested('strategy', strategy),
    ['drawSeed', String(drawSeed)],
  ])
}

/** What changed from one spec to another, in the order of the fields of the first, then those only the second has. */
export function specDifference(before: SpecFields, after: SpecFields): readonly FieldDifference[] {
  const paths = new Set([...before.keys(), ...after.keys()])
  return [...paths]
    .map((path) => ({ path, before: before.get(path) ?? null, after: after.get(path) ?? null }))
    .filter((field) => field.before !== field.after)
}

function nested(head: string, fields: object): [string, string][] {
  return Object.entries(fields).map(([key, value]: [string, unknown]) => [`${head}.${key}`, fieldText(value)])
}

function fieldText(value: unknown): string {
  if (value === null) return ''
  return Array.isArray(value) ? value.join(', ') : String(value)
}
