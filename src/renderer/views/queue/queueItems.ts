import type { RunSummary } from '#shared/contract/index'
import type { Priority, QueueEntry, QueueTarget, QueueView, SweepSummary } from '#shared/contract/sweeps'
import type { RunId, SweepId } from '#shared/ids'
import { hasFailed } from '../../components/runStatus'

/** What can be moved in the queue: a run of its own, or all waiting runs of a sweep. */
export interface QueueUnit {
  readonly key: string
  readonly target: QueueTarget
  /** The first of its waiting runs: another unit is put before it by this. */
  readonly first: RunId
  readonly priority: Priority
}

export type QueueItem =
  | {
      readonly kind: 'sweep'
      readonly key: string
      readonly sweep: SweepSummary
      readonly unit: QueueUnit | null
      /** Sum over its runs that train now; null for none. */
      readonly stepsPerSecond: number | null
    }
  | {
      readonly kind: 'run'
      readonly key: string
      readonly run: RunSummary
      readonly entry: QueueEntry | null
      readonly unit: QueueUnit | null
    }

export interface QueueSections {
  readonly failures: readonly RunSummary[]
  readonly running: readonly QueueItem[]
  readonly waiting: readonly QueueItem[]
  readonly ended: readonly QueueItem[]
  /** In the order in which they will be started. */
  readonly units: readonly QueueUnit[]
}

export interface QueueData {
  readonly sweeps: readonly SweepSummary[]
  readonly state: Pick<QueueView, 'running'>
  readonly waiting: readonly QueueEntry[]
  /** Ended runs, of sweeps or not. */
  readonly ended: readonly RunSummary[]
  /** Of which sweep a run is; null for a run of its own. */
  sweepOf(run: RunSummary): SweepId | null
}

/** So many ended things stay in sight. */
const lately = 12

/** One item for every sweep and for every run of its own, by what it does now. */
export function queueSections({ sweeps, state, waiting, ended, sweepOf }: QueueData): QueueSections {
  const units = unitsOf(waiting)
  const byKey = new Map(units.map((unit) => [unit.key, unit]))
  const speeds = new Map<SweepId | null, number>()
  for (const { run, sweepId } of state.running) {
    if (run.stepsPerSecond !== null) speeds.set(sweepId, (speeds.get(sweepId) ?? 0) + run.stepsPerSecond)
  }
  const sweepItem = (sweep: SweepSummary): QueueItem => ({
    kind: 'sweep',
    key: sweep.id,
    sweep,
    unit: byKey.get(sweep.id) ?? null,
    stepsPerSecond: speeds.get(sweep.id) ?? null,
  })
  const entryItem = (entry: QueueEntry): QueueItem => ({
    kind: 'run',
    key: entry.run.id,
    run: entry.run,
    entry,
    unit: byKey.get(entry.run.id) ?? null,
  })
  const runItem = (run: RunSummary): QueueItem => ({ kind: 'run', key: run.id, run, entry: null, unit: null })

  const training = sweeps.filter(({ counts }) => counts.running > 0)
  const isWaiting = (sweep: SweepSummary) => sweep.counts.running === 0 && sweep.counts.pending > 0
  const waitingSweeps = new Map<string, SweepSummary>(sweeps.filter(isWaiting).map((sweep) => [sweep.id, sweep]))
  const own = new Map(waiting.filter(({ sweepId }) => sweepId === null).map((entry) => [entry.run.id as string, entry]))
  const inOrder = units.flatMap(({ key }): QueueItem[] => {
    const [sweep, entry] = [waitingSweeps.get(key), own.get(key)]
    waitingSweeps.delete(key)
    return sweep ? [sweepItem(sweep)] : entry ? [entryItem(entry)] : []
  })
  const endedRuns = ended.toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
  return {
    failures: endedRuns.filter((run) => needsALook(run, sweepOf(run))),
    running: [...training.map(sweepItem), ...state.running.filter(({ sweepId }) => sweepId === null).map(entryItem)],
    // Sweeps whose waiting runs lie beyond those that were loaded come last.
    waiting: [...inOrder, ...Array.from(waitingSweeps.values(), sweepItem)],
    ended: [
      ...sweeps.filter(({ counts }) => counts.running + counts.pending === 0).map(sweepItem),
      ...endedRuns.filter((run) => sweepOf(run) === null && !hasFailed(run)).map(runItem),
    ]
      .toSorted((a, b) => endOf(b) - endOf(a))
      .slice(0, lately),
    units,
  }
}

/** A diverged run of a sweep is one of its results; a run of its own was meant to end well. */
function needsALook(run: RunSummary, sweepId: SweepId | null): boolean {
  return run.status === 'diverged' ? sweepId === null : hasFailed(run)
}

function endOf(item: QueueItem): number {
  return (item.kind === 'sweep' ? item.sweep.endedAt : item.run.endedAt) ?? 0
}

/** Sweeps and runs of their own, each where its first waiting run stands. */
function unitsOf(waiting: readonly QueueEntry[]): QueueUnit[] {
  const units = new Map<string, QueueUnit>()
  for (const { run, sweepId, priority } of waiting) {
    const key = sweepId ?? run.id
    if (units.has(key)) continue
    units.set(key, { key, target: sweepId ? { sweepId } : { runIds: [run.id] }, first: run.id, priority })
  }
  return [...units.values()]
}

/**
 * Where a unit has to be put to stand `by` places further on.
 *
 * @returns before which run (null: at the end), and before which it stands now; null where it cannot go further
 */
export function placeMoved(
  units: readonly QueueUnit[],
  key: string,
  by: number,
): { readonly before: RunId | null; readonly from: RunId | null; readonly place: number } | null {
  const at = units.findIndex((unit) => unit.key === key)
  const place = at + by
  if (at < 0 || place < 0 || place >= units.length || by === 0) return null
  const rest = units.filter((unit) => unit.key !== key)
  return { before: rest[place]?.first ?? null, from: rest[at]?.first ?? null, place }
}
