import { z } from 'zod'
import { runIdSchema } from './ids'

/** One scalar of a run over its steps. */
export const metricSchema = z.strictObject({
  quantity: z.string().min(1).max(100),
  layer: z.int().min(0).max(10_000).nullable(),
})
export type Metric = z.infer<typeof metricSchema>

/** One number of a run: where on the metric's curve it is read. */
export const summarySchema = metricSchema.extend({ at: z.enum(['last', 'min', 'max']) })
export type Summary = z.infer<typeof summarySchema>

/**
 * What is drawn around the middle of a group's runs.
 *
 * quantile and bootstrap take `coverage`: the middle part of the runs' values that the band holds, and the confidence
 * of the interval of their mean.
 */
export const spreadSchema = z.strictObject({
  kind: z.enum(['none', 'std', 'sem', 'minMax', 'quantile', 'bootstrap']),
  coverage: z.number().min(0.05).max(0.999).default(0.9),
})
export type Spread = z.infer<typeof spreadSchema>

/** Which runs are drawn as one: each alone, all that differ in nothing but the seed, or by chosen settings. */
export const groupingSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('run') }),
  z.strictObject({ by: z.literal('allButSeed') }),
  z.strictObject({ by: z.literal('settings'), settings: z.array(z.string().max(200)).max(20) }),
])
export type Grouping = z.infer<typeof groupingSchema>

const axisScale = z.enum(['linear', 'log', 'symlog'])
export type AxisScale = z.infer<typeof axisScale>

const frame = {
  id: z.string().min(1).max(40),
  /** Columns and rows of the view's grid. */
  width: z.int().min(1).max(3),
  height: z.int().min(1).max(3),
}
const curves = {
  metric: metricSchema,
  /** Null: the training step. */
  x: metricSchema.nullable(),
  xScale: axisScale,
  yScale: axisScale,
  spread: spreadSchema,
}
/** The path of a setting as `settingsOf` names it: 'params.weightDecay', 'seed'. */
const setting = z.string().min(1).max(200)

export const panelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('curves'),
    ...frame,
    ...curves,
    /** Every run of a group, faint behind its middle. */
    showRuns: z.boolean(),
    /** Weight of the past in the moving average; 0 draws what was measured. */
    smoothing: z.number().min(0).max(0.999),
    /** Exports show what was measured unless a person asks for the smoothed curve. */
    smoothExports: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('multiples'), ...frame, ...curves, rows: setting.nullable(), columns: setting }),
  z.strictObject({
    kind: z.literal('heatmap'),
    ...frame,
    summary: summarySchema,
    rows: setting,
    columns: setting,
    valueScale: z.enum(['linear', 'log']),
  }),
  z.strictObject({
    kind: z.literal('scatter'),
    ...frame,
    summary: summarySchema,
    setting,
    xScale: axisScale,
    yScale: axisScale,
    /** The system's prediction over the setting. */
    theory: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('parallel'),
    ...frame,
    settings: z.array(setting).max(12),
    summaries: z.array(summarySchema).max(12),
    /** Runs outside any of these intervals are drawn faint. Axes count from 0: the settings, then the summaries. */
    brushes: z.array(z.strictObject({ axis: z.int().min(0).max(23), from: z.number(), to: z.number() })).max(24),
  }),
  z.strictObject({ kind: z.literal('importance'), ...frame, summary: summarySchema }),
  z.strictObject({
    kind: z.literal('spectra'),
    ...frame,
    metric: metricSchema,
    /** Null: the last measured one. */
    step: z.number().min(0).nullable(),
  }),
  z.strictObject({ kind: z.literal('metrics'), ...frame, summaries: z.array(summarySchema).max(30) }),
  z.strictObject({ kind: z.literal('differences'), ...frame, all: z.boolean() }),
])
export type Panel = z.infer<typeof panelSchema>
export type PanelKind = Panel['kind']
export type PanelOf<K extends PanelKind> = Extract<Panel, { kind: K }>

export const MOST_COMPARED_RUNS = 2000

/** Everything a comparison shows, so that it reopens as it was left. */
export const comparisonSchema = z.strictObject({
  format: z.literal(1),
  runIds: z.array(runIdSchema).max(MOST_COMPARED_RUNS),
  grouping: groupingSchema,
  /** Colour of each group by its key; a group keeps its number while others come and go. */
  slots: z.record(z.string().max(20_000), z.int().min(0)),
  hidden: z.array(z.string().max(20_000)).max(MOST_COMPARED_RUNS),
  /** The group that the metric table compares with; null: the first. */
  baseline: z.string().max(20_000).nullable(),
  panels: z.array(panelSchema).max(60),
  /** The part of an x axis that every panel over it shows, by `axisKey`. */
  zoom: z.record(z.string().max(200), z.strictObject({ from: z.number(), to: z.number() })),
})
export type Comparison = z.infer<typeof comparisonSchema>

export const emptyComparison: Comparison = {
  format: 1,
  runIds: [],
  grouping: { by: 'allButSeed' },
  slots: {},
  hidden: [],
  baseline: null,
  panels: [],
  zoom: {},
}

export function metricKey({ quantity, layer }: Metric): string {
  return layer === null ? quantity : `${quantity} ${layer}`
}

/** Panels over the same quantity share zoom and crosshair. */
export function axisKey(x: Metric | null): string {
  return x === null ? 'step' : metricKey(x)
}
