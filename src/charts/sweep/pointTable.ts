import { inSentence } from '#shared/fieldNames'
import type { SweepResults } from '#shared/contract/sweepResults'
import type { Table } from '../toCsv'
import { plainCell } from './drawing'
import { valuesIn } from './points'

/**
 * Every swept point: its runs, each state with Wilson's interval, and least and mean of the last values.
 *
 * @param inWords columns as they are called, for readers; else by their ids, for programs
 */
export function pointTable({ fields, points, quantities }: SweepResults, inWords = false): Table {
  const coded = quantities.filter(({ codes }) => codes !== undefined)
  const plain = quantities.filter(({ codes }) => codes === undefined)
  // States that no run of the sweep ended in would only fill the table.
  const states = coded.flatMap(({ id, codes = [] }) =>
    codes.flatMap((state) => {
      const of = (point: SweepResults['points'][number]) =>
        point.states.find((one) => one.quantity === id)?.counts.find((one) => one.state === state)
      return points.some((point) => (of(point)?.count ?? 0) > 0) ? [{ state, of }] : []
    }),
  )
  return {
    columns: [
      ...fields.map(({ path, label, symbol }) =>
        inWords ? `${label} ${symbol}`.trim() : path.replace(/^(params|backend|schedule)\./, ''),
      ),
      'runs',
      'diverged',
      'missing',
      ...states.flatMap(({ state }) => [state, `${state} low`, `${state} high`]),
      ...plain.flatMap(({ id, label }) =>
        inWords ? [`least ${inSentence(label)}`, `mean ${inSentence(label)}`] : [`${id} least`, `${id} mean`],
      ),
    ],
    rows: points.map((point) => [
      ...point.at.map(plainCell),
      point.runs,
      point.diverged,
      point.missing,
      ...states.flatMap(({ of }) => {
        const found = of(point)
        return found ? [found.count, found.low, found.high] : [null, null, null]
      }),
      ...plain.flatMap(({ id }) => {
        const values = valuesIn([point], id)
        if (values.length === 0) return [null, null]
        return [Math.min(...values), values.reduce((total, value) => total + value, 0) / values.length]
      }),
    ]),
  }
}
