import { comparisonContext, loadPanel } from '#charts/compare/context'
import { differenceTable } from '#charts/compare/differenceTable'
import { cellValue, metricLatex, metricTable, signed } from '#charts/compare/metricTable'
import { emptyComparison, MOST_COMPARED_RUNS, type Comparison, type Summary } from '#shared/comparison'
import { MOST_RUNS_AT_ONCE } from '#shared/contract/runs'
import { LabError } from '#shared/errors'
import { quoteIfNeeded } from '#shared/filter/tokens'
import type { RunId } from '#shared/ids'
import type { OpenedService } from '../../host/openService'
import { defineCommand, jsonOption, projectOption } from '../command'
import { findRun } from '../findRun'
import { table } from '../table'
import { withService } from '../withService'

const PLACES: readonly Summary['at'][] = ['last', 'min', 'max']

/** Metrics of groups of runs, as in the place Compare. */
export const compare = defineCommand({
  name: 'compare',
  summary: 'mean and standard error of metrics over seeds, and what the runs differ in',
  positionals: [{ name: 'SYSTEM', help: 'only runs of this system', optional: true }],
  options: {
    runs: { type: 'string', placeholder: 'LIST', help: 'ids or their beginnings (default: all runs)' },
    metric: { type: 'string', placeholder: 'LIST', help: 'quantities, one layer as nc1:2 (default: loss)' },
    at: { type: 'string', placeholder: 'PLACE', help: `where they are read: ${PLACES.join(', ')} (default: last)` },
    each: { type: 'boolean', help: 'every run alone instead of groups of everything but the seed' },
    latex: { type: 'boolean', help: 'the table for a paper instead of text' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, { runs: list, metric = 'loss', at, each = false, latex = false, project }, [system]) {
    const summaries = metric.split(',').map((word) => summaryFrom(word, placeFrom(at)))
    return withService(context, { project, readOnly: true }, async (service) => {
      const chosen = await chosenRuns(service, list, system)
      if (chosen.length === 0) throw new LabError('not-found', 'compare: no run is left. "collapsar list" shows them.')
      if (chosen.length > MOST_COMPARED_RUNS) {
        const message = `compare: ${chosen.length} runs were given, at most ${MOST_COMPARED_RUNS} fit. Name some by --runs.`
        throw new LabError('bad-input', message)
      }
      const comparison: Comparison = {
        ...emptyComparison,
        runIds: [...chosen],
        grouping: { by: each ? 'run' : 'allButSeed' },
      }
      const [facts, systems] = await Promise.all([
        service.handlers['comparison.runs']({ runIds: comparison.runIds }),
        service.handlers['systems.list'](null),
      ])
      const compared = comparisonContext(comparison, facts, systems)
      const panel = { kind: 'metrics', id: 'metrics', width: 1, height: 1, summaries } as const
      const metrics = metricTable(panel, compared, await loadPanel(panel, compared, service.handlers))
      const differences = differenceTable(compared, false)
      const rows = metrics.rows.flatMap(({ group, cells }) =>
        cells.map((cell, i) => ({ group: group.label, metric: metrics.columns[i]!, ...cell })),
      )
      const measured = table(rows, [
        { title: 'group', cell: (row) => row.group },
        { title: 'metric', cell: (row) => row.metric },
        { title: 'mean ± standard error', cell: cellValue },
        { title: 'n', cell: ({ summary: { n, of } }) => (n === of ? String(n) : `${n} of ${of}`), align: 'right' },
        { title: 'difference', cell: ({ delta }) => (delta ? signed(delta.difference) : ''), align: 'right' },
      ])
      const told = differences.rows.map(({ path, cells }) => `${path}: ${cells.join(' | ')}`)
      const text = latex
        ? metricLatex(metrics).trimEnd()
        : [measured, ...(told.length > 0 ? ['', ...told] : [])].join('\n')
      return { exitCode: 0, document: { groups: rows, differences: differences.rows }, text }
    })
  },
})

/** Oldest first, or as they were listed; those of one system where it is given. */
async function chosenRuns(
  { handlers, ...service }: OpenedService,
  list: string | undefined,
  system: string | undefined,
): Promise<readonly RunId[]> {
  const filter = system === undefined ? '' : `system = ${quoteIfNeeded(system)}`
  const oldestFirst = [{ column: 'created', descending: false }]
  const choice = { filter, binned: false, group: null, sort: oldestFirst, offset: 0, limit: MOST_RUNS_AT_ONCE }
  const known = await handlers['runs.ids'](choice)
  if (list === undefined) return known
  const listed = await Promise.all(list.split(',').map((given) => findRun({ handlers, ...service }, given.trim())))
  return listed.filter((id) => known.includes(id))
}

function placeFrom(word = 'last'): Summary['at'] {
  const place = PLACES.find((known) => known === word)
  if (place) return place
  throw new LabError('bad-input', `compare: --at got "${word}", expected one of ${PLACES.join(', ')}.`)
}

/** 'nc1:2' is layer 2 of nc1. */
function summaryFrom(word: string, at: Summary['at']): Summary {
  const [quantity = '', layer, ...rest] = word.trim().split(':')
  const number = layer === undefined ? null : Number(layer)
  if (quantity !== '' && rest.length === 0 && (number === null || (Number.isInteger(number) && number >= 0))) {
    return { quantity, layer: number, at }
  }
  throw new LabError(
    'bad-input',
    `compare: --metric got "${word}", expected a quantity such as loss, or nc1:2 for a layer.`,
  )
}
