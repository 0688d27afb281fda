import type { SweepEstimate, SweepPreview } from '#shared/contract/sweeps'
import type { FieldIssue } from '#shared/params'
import type { SweepRow } from '#shared/sweep'
import type { Calibration } from '../store/calibration'
import type { Catalogue, CheckedSpec } from './checkSpec'
import { estimate } from './cost'
import { groupingOf } from './grouping'
import { halvingShare } from './halving'
import { metricIssue, nothingLeft, openSweep, refusal, rowChecker, type OpenedSweep } from './sweepPlan'
import { sweepTheory } from './sweepTheory'

export interface PreviewOptions {
  readonly catalogue: Catalogue
  readonly calibration: Calibration
  /** Workers at a time. */
  readonly slots: number
  /** How many of the first runs are shown. */
  readonly rows: number
  /** Path of the field that the theory is drawn over; null: the first that is a number. */
  readonly over: string | null
}

/** So many runs, spread over the sweep, are checked and stand for all: the answer has to come while one types. */
const SAMPLE = 48

const NOTHING: SweepPreview = {
  issues: [],
  advice: [],
  runs: 0,
  excluded: 0,
  duplicates: 0,
  paths: [],
  rows: [],
  estimate: null,
  theory: [],
}

/** The designer's live answer to the draft of a sweep. */
export function previewSweep(draft: unknown, options: PreviewOptions): SweepPreview {
  const { catalogue, over } = options
  const { issues, opened } = openSweep(draft, catalogue)
  if (!opened) return { ...NOTHING, issues }
  const { expansion, system } = opened
  const { runs, excluded, duplicates } = expansion.tally()
  const counts = { excluded, duplicates, paths: expansion.paths }
  if (runs === 0) return { ...NOTHING, ...counts, issues: [{ path: 'constraints', message: nothingLeft(excluded) }] }

  const { first, sample } = pickRows(opened, runs, options.rows)
  const check = rowChecker(opened, catalogue)
  const checks = sample.map((row) => ({ row, ...check(row) }))
  const refused = checks.find(({ checked }) => !checked)
  if (refused) {
    const [{ path } = { path: 'axes' }] = refused.issues
    const message = refusal(expansion.paths, refused.row, refused.issues)
    return { ...NOTHING, ...counts, rows: first, issues: [{ path, message }] }
  }
  const checked = checks.flatMap((one) => one.checked ?? [])
  const problem = checked[0] ? metricIssue(opened.spec, checked[0]) : null
  if (problem) return { ...NOTHING, ...counts, rows: first, issues: [{ path: 'strategy', message: problem }] }
  return {
    issues: [],
    advice: adviceOf(checked.flatMap(({ params }) => system.advice(params))),
    runs,
    ...counts,
    rows: first,
    estimate: estimateOf(opened, checked, runs, options),
    theory: sweepTheory(opened, over, catalogue.probes),
  }
}

function pickRows({ expansion }: OpenedSweep, runs: number, shown: number) {
  const stride = Math.max(1, Math.floor(runs / SAMPLE))
  const first: SweepRow[] = []
  const sample: SweepRow[] = []
  let i = 0
  for (const row of expansion.rows()) {
    if (i < shown) first.push(row)
    if (i % stride === 0 || i === runs - 1) sample.push(row)
    i++
  }
  return { first, sample }
}

/** Each message once. */
function adviceOf(all: readonly FieldIssue[]): FieldIssue[] {
  return [...new Map(all.map((one) => [`${one.path} ${one.message}`, one])).values()]
}

function estimateOf(
  { spec: { strategy } }: OpenedSweep,
  sample: readonly CheckedSpec[],
  runs: number,
  options: PreviewOptions,
): SweepEstimate | null {
  const each = sample.flatMap(({ spec, workload }) => estimate(spec, workload, options.calibration) ?? [])
  const [first] = sample
  if (!first || each.length === 0) return null
  const mean = (of: (one: (typeof each)[number]) => number) => each.reduce((sum, one) => sum + of(one), 0) / each.length
  const share = strategy.kind === 'halving' ? halvingShare(strategy, runs, first.workload.steps) : 1
  const secondsEach = mean(({ seconds }) => seconds)
  return {
    seconds: (secondsEach * runs * share) / Math.min(options.slots, runs),
    bytes: Math.ceil(mean(({ bytes }) => bytes) * runs),
    basis: each.every(({ basis }) => basis === 'measured') ? 'measured' : 'rough',
    batching: groupingOf(first, { waiting: runs, slots: options.slots, secondsEach }).reason,
  }
}
