import type { RunsRequests, RunChoice, RunSlice, GroupBy } from '#shared/contract/runs'
import type { Operand } from '#shared/filter/condition'
import { conditionOf, operandOf } from '#shared/filter/resolve'
import type { RunId } from '#shared/ids'
import type { Probe } from '../core/probe'
import type { System } from '../core/system'
import { filterFields } from '../jobs/filterFields'
import type { RunViews } from '../jobs/runViews'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'
import type { RunSelection, Slice } from '../store/runQuery'
import { specValues } from '../store/runValues'

type RunsHandlers = {
  readonly [M in keyof RunsRequests]: (input: RunsRequests[M]['input']) => Promise<RunsRequests[M]['output']>
}

export interface RunsContext {
  readonly project: Project
  readonly views: RunViews
  readonly systems: ReadonlyMap<string, System>
  readonly probes: ReadonlyMap<string, Probe>
  readonly clock: Clock
  /** Tells every page that a run is not what it was. */
  changed(runId: RunId): void
}

/** So many values are offered to choose from. */
const OFFERED = 50

/** Everything about many runs at once: the table, its groups, marks and the bin. */
export function runsHandlers({ project, views, systems, probes, clock, changed }: RunsContext): RunsHandlers {
  const { runQueries, annotations, runs } = project
  const everyRun = () => ({ condition: null, binned: false, group: null, now: clock.now() })

  /** Looks the names of a request up, in one catalogue for the whole of it. */
  function lookUp() {
    const fields = filterFields(project, systems, probes)
    const operandsOf = (columns: GroupBy): Operand[] =>
      columns === 'setting'
        ? [{ kind: 'param', names: [specValues.setting] }]
        : columns.map((column) => operandOf(column, fields))
    return {
      fields,
      operandsOf,
      selectionOf: ({ filter, binned, group }: RunChoice): RunSelection => ({
        condition: conditionOf(filter, fields),
        binned,
        group: group && { by: operandsOf(group.by), key: group.key },
        now: clock.now(),
      }),
      sliceOf: ({ sort, offset, limit }: RunSlice): Slice => ({
        sort: sort.map(({ column, descending }) => ({ operand: operandOf(column, fields), descending })),
        offset,
        limit,
      }),
    }
  }

  function setBinned(runIds: readonly RunId[], at: number | null): void {
    runs.setBinned(runIds, at)
    runIds.forEach(changed)
  }

  return {
    'runs.query': async (input) => {
      const { selectionOf, sliceOf, operandsOf } = lookUp()
      return runQueries.page(selectionOf(input), sliceOf(input), operandsOf(input.columns))
    },
    'runs.ids': async (input) => {
      const { selectionOf, sliceOf } = lookUp()
      return runQueries.ids(selectionOf(input), sliceOf(input))
    },
    'runs.groups': async (input) => {
      const { selectionOf, sliceOf, operandsOf } = lookUp()
      return runQueries.groups(selectionOf(input), sliceOf(input), operandsOf(input.by), operandsOf(input.columns))
    },
    'runs.fields': async () => lookUp().fields,
    'runs.differing': async ({ limit }) => project.runValues.differing(limit),
    'runs.values': async ({ column }) => runQueries.values(everyRun(), operandOf(column, lookUp().fields), OFFERED),
    'runs.recent': async ({ limit }) => {
      const { running, waiting, ended } = runQueries.recent(limit)
      return {
        running: views.summaries(running),
        waiting: views.summaries(waiting),
        ended: views.summaries(ended),
        ...runQueries.statusCounts(),
      }
    },
    'runs.summaries': async ({ runIds }) => views.summaries(runIds),
    'runs.mark': async ({ runIds, change }) => {
      const back = annotations.change(runIds, change)
      runIds.forEach(changed)
      return back
    },
    'runs.tags': async () => annotations.tags(),
    'run.note': async ({ runId }) => annotations.of(runs.get(runId).id).note,
    'runs.bin': async ({ runIds }) => {
      const active = new Set(runQueries.active(runIds))
      const binned = runIds.filter((id) => !active.has(id))
      setBinned(binned, clock.now())
      return { binned, active: [...active] }
    },
    'runs.restore': async ({ runIds }) => {
      setBinned(runIds, null)
      return null
    },
  }
}
