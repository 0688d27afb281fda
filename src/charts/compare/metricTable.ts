import type { PanelOf } from '#shared/comparison'
import { deltaTo, summariseGroup, type GroupSummary } from '#shared/comparisonSummary'
import { formatNumber } from '../format'
import { toLatex, type LatexCell } from '../toLatex'
import type { Table, TableCell } from '../toCsv'
import { uncertain, uncertainText } from '../uncertain'
import { quantityOf, summaryName, summaryOf, visibleGroups, type ComparisonContext, type PanelData } from './context'
import type { RunGroup } from './runGroups'

/** Groups against metrics: mean and standard error over the runs, and what each has beyond the baseline. */
export interface MetricTable {
  readonly columns: readonly string[]
  readonly baseline: string | null
  readonly rows: readonly {
    readonly group: RunGroup
    readonly cells: readonly {
      readonly summary: GroupSummary
      /** 'collapse 3, pair 5' where the numbers stand for words, whose mean says nothing; null where they do not. */
      readonly states: string | null
      /** Null in the baseline itself. */
      readonly delta: ReturnType<typeof deltaTo> | null
    }[]
  }[]
}

export function metricTable(
  { summaries }: PanelOf<'metrics'>,
  context: ComparisonContext,
  data: PanelData,
): MetricTable {
  const groups = visibleGroups(context)
  const baseline = groups.find((group) => group.key === context.comparison.baseline) ?? groups[0] ?? null
  const of = (group: RunGroup) =>
    summaries.map((summary) => {
      const values = group.runs.map((run) => summaryOf(run, summary, data))
      const codes = quantityOf(context, summary)?.codes
      return { summary: summariseGroup(values), states: codes ? countedStates(values, codes) : null }
    })
  const reference = baseline && of(baseline)
  return {
    columns: summaries.map((summary) => summaryName(context, summary)),
    baseline: baseline?.key ?? null,
    rows: groups.map((group) => ({
      group,
      cells: of(group).map(({ summary, states }, i) => ({
        summary,
        states,
        delta: group === baseline || !reference || states !== null ? null : deltaTo(reference[i]!.summary, summary),
      })),
    })),
  }
}

/** How many runs ended in which state, in the order of the states. */
function countedStates(values: readonly number[], codes: readonly string[]): string {
  const counts = codes.map((state, code) => ({ state, count: values.filter((value) => value === code).length }))
  return counts.flatMap(({ state, count }) => (count > 0 ? [`${state} ${count}`] : [])).join(', ')
}

/** What stands in a cell of the table. */
export function cellValue({ summary, states }: MetricTable['rows'][number]['cells'][number]): string {
  return states ?? uncertainText(uncertain(summary.mean, summary.sem))
}

/** '+0.0012', '−3.2 %': a difference always says its direction. */
export function signed(value: number, digits = 3): string {
  return value > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits)
}

/** Every number of the table, one row for each group and metric. */
export function metricNumbers({ columns, rows }: MetricTable): Table {
  return {
    columns: ['group', 'metric', 'mean', 'standard error', 'n', 'runs', 'difference', 'its standard error', 'relative'],
    rows: rows.flatMap(({ group, cells }) =>
      cells.map(({ summary, states, delta }, i): TableCell[] => [
        group.label,
        columns[i]!,
        states ?? summary.mean,
        states === null ? summary.sem : null,
        summary.n,
        summary.of,
        delta?.difference ?? null,
        delta?.standardError ?? null,
        delta?.relative ?? null,
      ]),
    ),
  }
}

/** For a paper: one row for each group, mean ± standard error, and n where it differs from group to group. */
export function metricLatex({ columns, rows }: MetricTable): string {
  const counts = [...new Set(rows.flatMap(({ cells }) => cells.map(({ summary }) => summary.n)))]
  const isEven = counts.length <= 1
  const body = rows.map(({ group, cells }): LatexCell[] => [
    group.label,
    ...cells.map(({ summary, states }) => states ?? uncertain(summary.mean, summary.sem)),
    ...(isEven ? [] : [cells.map(({ summary }) => String(summary.n)).join(', ')]),
  ])
  const caption = `mean and standard error over runs${isEven && counts[0] !== undefined ? `, n = ${counts[0]}` : ''}`
  return toLatex(['', ...columns, ...(isEven ? [] : ['n'])], body, caption)
}
