import { metricKey, type Metric, type PanelOf } from '#shared/comparison'
import { alignCurves, isAscending, type RunCurve } from '#shared/comparisonAlign'
import { bandOf, type Band } from '#shared/comparisonSpread'
import type { ComparedRun } from '#shared/contract/comparisons'
import type { Series } from '#shared/contract/index'
import { formatNumber } from '../format'
import { smooth } from '../smooth'
import type { ChartTheme } from '../theme'
import type { TableCell } from '../toCsv'
import type { BandCurve } from './bandSeries'
import { quantityOf, type ComparisonContext, type PanelData } from './context'
import type { RunGroup } from './runGroups'
import { seriesStyle } from './seriesStyle'

type CurvesPanel = PanelOf<'curves'> | PanelOf<'multiples'>

/** Curves as they are drawn, what has to be said about them, and every number behind them. */
export interface GroupCurves {
  readonly curves: readonly BandCurve[]
  readonly notes: readonly string[]
  /** group, run, x, value, n, low, high: made when they are asked for, because they are many and rarely looked at. */
  rows(): TableCell[][]
}
export const CURVE_COLUMNS = ['group', 'run', 'x', 'value', 'n', 'low', 'high'] as const

/** @param smoothing weight of the moving average; 0 draws what was measured */
export function groupCurves(
  panel: CurvesPanel,
  groups: readonly RunGroup[],
  context: ComparisonContext,
  data: PanelData,
  theme: ChartTheme,
  { smoothing, showRuns }: { readonly smoothing: number; readonly showRuns: boolean },
): GroupCurves {
  const notes = new Notes()
  const curves: BandCurve[] = []
  const tables: (() => TableCell[][])[] = []
  for (const group of groups) {
    const style = seriesStyle(theme, group.slot)
    const measured = group.runs.flatMap((run) => curveOf(run, panel, context, data, notes))
    const base = { label: group.label, name: group.label, style }
    if (measured.length === 0) continue
    tables.push(() => measured.flatMap(({ run, curve }) => runRows(group, run, curve)))
    if (!measured.every(({ curve }) => isAscending(curve.x))) {
      notes.turnsBack = true
      measured.forEach(({ curve }, i) =>
        curves.push({ ...base, label: i === 0 ? group.label : '', band: asBand(curve), smoothed: null, runs: [] }),
      )
      continue
    }
    const single = measured.map(({ curve }) => curve)
    const aligned = alignCurves(single)
    const band = bandOf(aligned, panel.spread)
    notes.addGroup(group, band, aligned.interpolated)
    if (group.runs.length > 1) tables.push(() => bandRows(group, band))
    const smoothed = smoothing > 0 ? smooth(band.centre, smoothing) : null
    curves.push({ ...base, band, smoothed, runs: showRuns && single.length > 1 ? single : [] })
  }
  return {
    curves,
    notes: [...spreadNote(panel, groups), ...notes.lines(smoothing)],
    rows: () => tables.flatMap((table) => table()),
  }
}

function runRows(group: RunGroup, run: ComparedRun, { x, y }: RunCurve): TableCell[][] {
  return Array.from(x, (at, i) => [group.label, run.id, at, y[i]!, null, null, null])
}

function bandRows(group: RunGroup, { x, centre, n, low, high }: Band): TableCell[][] {
  return Array.from(x, (at, i) => [group.label, 'group', at, centre[i]!, n[i]!, low[i]!, high[i]!])
}

const SPREAD_WORDS = {
  none: 'mean',
  std: 'mean ± standard deviation',
  sem: 'mean ± standard error',
  minMax: 'mean, least to greatest',
  quantile: 'median',
  bootstrap: 'mean',
} as const

/** 'mean, bootstrap 95 %': what line and surface are, where any group has several runs. */
function spreadNote({ spread: { kind, coverage } }: CurvesPanel, groups: readonly RunGroup[]): string[] {
  if (groups.every((group) => group.runs.length < 2)) return []
  const percent = `${formatNumber(100 * coverage, 3)} %`
  if (kind === 'quantile') return [`${SPREAD_WORDS.quantile}, middle ${percent} of runs`]
  if (kind === 'bootstrap') return [`${SPREAD_WORDS.bootstrap}, bootstrap ${percent}`]
  return [SPREAD_WORDS[kind]]
}

/** What the pictures leave out or fill in, collected over the groups. */
class Notes {
  turnsBack = false
  #interpolated = 0
  #measured = 0
  readonly #ragged: string[] = []
  readonly #without: string[] = []
  readonly #mixed: string[] = []

  addGroup(group: RunGroup, band: Band, interpolated: number): void {
    this.#interpolated += interpolated
    this.#measured += band.n.reduce((sum, n) => sum + n, 0)
    const text = raggedText(band, group.runs.length)
    if (text !== null) this.#ragged.push(text)
    if (group.mixed.length > 0) this.#mixed.push(...group.mixed)
  }
  addMissing(run: ComparedRun): void {
    this.#without.push(run.id)
  }
  lines(smoothing: number): string[] {
    const ragged = [...new Set(this.#ragged)]
    const mixed = [...new Set(this.#mixed)]
    const without = this.#without.length
    return [
      ...(ragged.length > 2 ? [`n differs: ${ragged[0]}; ${ragged.length - 1} more`] : ragged),
      ...(mixed.length > 0 ? [`groups mix ${mixed.join(', ')}`] : []),
      ...(without > 0 ? [`${without} ${without === 1 ? 'run' : 'runs'} did not measure it`] : []),
      ...(this.#interpolated > 0 ? [`${this.#interpolated} of ${this.#measured} values between measurements`] : []),
      ...(this.turnsBack ? ['x turns back: every run alone, no band'] : []),
      ...(smoothing > 0 ? [`smoothed ${formatNumber(smoothing, 3)}, measured behind`] : []),
    ]
  }
}

/**
 * How n changes along the axis: 'n = 4', 'n = 3 of 4', 'n = 4, 3 beyond 500'; null for single runs.
 *
 * @param runs how many runs the group has
 */
export function raggedText({ x, n }: Pick<Band, 'x' | 'n'>, runs: number): string | null {
  if (runs < 2 || x.length === 0) return null
  const of = (count: number) => (count === runs ? String(count) : `${count} of ${runs}`)
  const changes = [...n.keys()].filter((i) => i > 0 && n[i] !== n[i - 1])
  const first = `n = ${of(n[0]!)}`
  if (changes.length === 0) return first
  const [least, most] = [n.reduce((a, b) => Math.min(a, b), runs), n.reduce((a, b) => Math.max(a, b), 0)]
  if (changes.length > 3) return `n = ${least} … ${most} of ${runs} along x`
  return [first, ...changes.map((i) => `${of(n[i]!)} beyond ${formatNumber(x[i - 1]!)}`)].join(', ')
}

/** The run's metric over the panel's x; nothing where either was not measured. */
function curveOf(
  run: ComparedRun,
  { metric, x }: CurvesPanel,
  context: ComparisonContext,
  { series }: PanelData,
  notes: Notes,
): { run: ComparedRun; curve: RunCurve }[] {
  const y = series.get(metricKey(metric))?.get(run.id)
  const along = x && series.get(metricKey(x))?.get(run.id)
  const curve = y && (x === null ? { x: y.steps, y: y.values } : along ? overX(y, along) : null)
  if (!curve || curve.x.length === 0) {
    notes.addMissing(run)
    return []
  }
  const isClock = x !== null && quantityOf(context, x)?.kind === 'clock'
  return [{ run, curve: isClock ? { ...curve, x: continued(curve.x) } : curve }]
}

/** Values over the x that was measured at the same step; steps that only one of both has are left out. */
function overX(y: Series, x: Series): RunCurve {
  const at = new Map(Array.from(x.steps, (step, i) => [step, x.values[i]!]))
  const kept = [...y.steps.keys()].filter((i) => Number.isFinite(at.get(y.steps[i]!)))
  return {
    x: Float64Array.from(kept, (i) => at.get(y.steps[i]!)!),
    y: Float64Array.from(kept, (i) => y.values[i]!),
  }
}

/** A clock that began anew when the run was resumed goes on from where it stood. */
function continued(clock: Float64Array): Float64Array {
  let [offset, last] = [0, 0]
  return clock.map((value) => {
    if (value + offset < last) offset = last
    last = value + offset
    return last
  })
}

function asBand({ x, y }: RunCurve): Band {
  const nothing = new Float64Array(x.length).fill(NaN)
  return { x, centre: y, low: nothing, high: nothing, n: new Uint32Array(x.length).fill(1) }
}

/** 'loss' over what: null stands for the training step. */
export function xName(x: Metric | null, context: ComparisonContext): string {
  return x === null ? 'step' : (quantityOf(context, x)?.label ?? x.quantity)
}
