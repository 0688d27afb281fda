import { z } from 'zod'
import { LabError } from './errors'
import type { ParamValue } from './params'
import { paramValueSchema, parseWith, runSpecSchema } from './spec'

/** More runs than this are refused: the count is a slip of typing more often than a plan. */
export const MAX_SWEEP_RUNS = 100_000

/** How many values a grid takes from a distribution; a random search draws one for every run instead. */
const draws = z.int().min(1).max(10_000).default(1)

/**
 * What one swept field takes. Ranges include both ends. A range over a whole-number field is rounded, and values that
 * then coincide count once.
 */
export const sweptValuesSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('list'), values: z.array(paramValueSchema).min(1).max(10_000) }),
  z.strictObject({
    kind: z.literal('range'),
    from: z.number(),
    to: z.number(),
    count: z.int().min(1).max(10_000),
    /** 'integer': whole numbers, evenly spaced. */
    scale: z.enum(['linear', 'log', 'integer']),
  }),
  z.strictObject({ kind: z.literal('uniform'), from: z.number(), to: z.number(), count: draws }),
  z.strictObject({ kind: z.literal('logUniform'), from: z.number(), to: z.number(), count: draws }),
  z.strictObject({ kind: z.literal('normal'), mean: z.number(), std: z.number(), count: draws }),
  /** Whole numbers, both ends included. */
  z.strictObject({ kind: z.literal('integer'), from: z.number(), to: z.number(), count: draws }),
  z.strictObject({ kind: z.literal('choice'), values: z.array(paramValueSchema).min(1).max(10_000), count: draws }),
])
export type SweptValues = z.infer<typeof sweptValuesSchema>

/** A field of the run spec by its path ('params.width', 'seed', 'backend.dtype', 'schedule.perDecade'), and its values. */
const sweptFieldSchema = z.strictObject({ path: z.string().min(1).max(100), values: sweptValuesSchema })
export type SweptField = z.infer<typeof sweptFieldSchema>

/** One field, or several that move together (zipped): these have the same number of values. */
export const sweepAxisSchema = z.array(sweptFieldSchema).min(1).max(20)
export type SweepAxis = z.infer<typeof sweepAxisSchema>

const randomDraws = z.int().min(1).max(MAX_SWEEP_RUNS)

/**
 * Which runs are made of the axes.
 * - grid: every combination; the first axis varies slowest.
 * - random: `draws` points, each axis drawn anew for every point; an axis of seeds alone is not drawn but crossed, so
 *   that every point is run from every seed.
 * - halving: successive halving (Jamieson & Talwalkar 2016, arXiv:1502.07943). The runs of a grid (or of `draws` random
 *   points) train to `firstSteps`; the best 1/factor of them by `metric` go on to `factor` times as many steps, and so on
 *   until the survivors have all their steps.
 */
export const strategySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('grid') }),
  z.strictObject({ kind: z.literal('random'), draws: randomDraws }),
  z.strictObject({
    kind: z.literal('halving'),
    /** Null: the grid. */
    draws: randomDraws.nullable().default(null),
    /** Id of a scalar quantity that the runs measure. */
    metric: z.string().min(1).max(100).default('loss'),
    direction: z.enum(['min', 'max']).default('min'),
    factor: z.int().min(2).max(10).default(3),
    firstSteps: z.int().min(1),
  }),
])
export type SweepStrategy = z.infer<typeof strategySchema>

/** Many runs as one plan: the same spec always stands for the same runs in the same order. */
export const sweepSpecSchema = z.strictObject({
  name: z.string().max(200).default(''),
  /** What every run has in common. */
  base: runSpecSchema,
  axes: z.array(sweepAxisSchema).max(20).default([]),
  /** Combinations that do not satisfy all of them are left out: see sweepConstraint.ts for the language. */
  constraints: z.array(z.string().max(500)).max(20).default([]),
  strategy: strategySchema.prefault({ kind: 'grid' }),
  /** Of the draws from distributions; not the seed of any run. */
  drawSeed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0),
})
export type SweepSpec = z.infer<typeof sweepSpecSchema>
export type SweepSpecInput = z.input<typeof sweepSpecSchema>

/** @throws LabError 'bad-input' naming each field, what was given and what was expected */
export function parseSweepSpec(input: unknown): SweepSpec {
  return parseWith(sweepSpecSchema, input, 'sweep')
}

/** A spec as the text of a file, which `sweepFromJson` reads. */
export function sweepToJson(spec: SweepSpec): string {
  return `${JSON.stringify(spec, null, 2)}\n`
}

/** @throws LabError 'bad-input' for text that is not JSON or not a sweep */
export function sweepFromJson(text: string): SweepSpec {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new LabError('bad-input', `The sweep is not JSON: ${LabError.from(cause).message}.`, {}, { cause })
  }
  return parseSweepSpec(json)
}

/** How many values a grid takes. */
export function countOfValues(values: SweptValues): number {
  return values.kind === 'list' ? values.values.length : values.count
}

export function isDistribution({ kind }: SweptValues): boolean {
  return kind !== 'list' && kind !== 'range'
}

/** Paths of the swept fields, axis by axis: the columns of a sweep's runs. */
export function sweptPaths({ axes }: Pick<SweepSpec, 'axes'>): readonly string[] {
  return axes.flatMap((axis) => axis.map(({ path }) => path))
}

/** What one run has of its own: values of the swept fields, in the order of `sweptPaths`. */
export type SweepRow = readonly ParamValue[]
