import type { AnalysisDetail, OutlierHistory } from '#shared/analysis'
import type { AnalysisStarted } from '#shared/contract/analysis'
import { labelsInWords, outlierGroups } from '#shared/outliers'
import { formatNumber } from '#charts/format'
import { facts, table } from './table'

/** What a person reads of an analysis in the terminal. */
export function analysisReport(
  { id, matrix, step, status, error, result }: AnalysisDetail,
  { known }: AnalysisStarted,
): string {
  const told = known ? `analysis ${id}, ${status}, known before: nothing was computed` : `analysis ${id}, ${status}`
  const lines = [
    facts([
      ['matrix', step === null ? matrix : `${matrix}, step ${step}`],
      ['outcome', told],
    ]),
  ]
  if (error) lines.push(error.message)
  if (!result) return lines.join('\n')
  const { meta, eigenvalues, bottom } = result
  const listed = meta.complete ? `all ${meta.dimension}` : `largest ${eigenvalues.length} of ${meta.dimension}`
  const products = meta.products === null ? [] : [['products', String(meta.products)] as const]
  const residual = meta.maxResidual === null ? [] : [['residual', `≤ ${formatNumber(meta.maxResidual, 2)}`] as const]
  lines.push(facts([['eigenvalues', `${listed}, ${meta.method}, ${meta.dtype}`], ...products, ...residual]))
  const copies = (meta.copies ?? []).slice(0, 12)
  const count = (value: number | null) => (value === null ? '' : String(value))
  if (copies.length > 0) {
    lines.push(`copies of a level: within ${formatNumber(meta.copiesWithin ?? 0, 1)} of the largest eigenvalue`)
    lines.push(
      table(copies, [
        { title: 'value', cell: ({ value }) => formatNumber(value, 8), align: 'right' },
        { title: 'copies', cell: ({ found, cut }) => (cut ? `≥ ${found}` : String(found)), align: 'right' },
        { title: 'predicted', cell: ({ predicted }) => count(predicted), align: 'right' },
      ]),
    )
  } else {
    lines.push([...eigenvalues.subarray(0, 12)].map((value) => formatNumber(value, 8)).join('  '))
  }
  const groups = result.alignment ? outlierGroups(result, { rule: meta.counts?.[0]?.rule ?? 'theory' }) : []
  lines.push(
    table(groups, [
      { title: 'outliers', cell: ({ value }) => formatNumber(value, 8), align: 'right' },
      { title: 'copies', cell: (group) => String(group.count), align: 'right' },
      { title: 'along', cell: (group) => labelsInWords(group) || 'no class or pair' },
    ]),
  )
  if (bottom.length > 0) lines.push(`smallest: ${[...bottom].map((value) => formatNumber(value, 8)).join('  ')}`)
  lines.push(
    table(meta.counts ?? [], [
      { title: 'rule', cell: ({ rule }) => rule },
      { title: 'outliers', cell: (row) => String(row.count), align: 'right' },
      { title: 'threshold', cell: ({ threshold }) => (threshold === null ? '' : formatNumber(threshold)), align: 'right' }, // prettier-ignore
    ]),
  )
  return lines.filter((line) => line !== '').join('\n\n')
}

/** Outliers over the steps: each with its birth, death and ends, then who passed whom. */
export function historyReport({ tracks, crossings, overlaps }: OutlierHistory): string {
  const ends = (points: OutlierHistory['tracks'][number]['points']) =>
    [points[0], ...(points.length > 1 ? [points.at(-1)] : [])].map((point) => formatNumber(point?.value ?? NaN, 6)).join(' to ') // prettier-ignore
  const lines = [
    table(tracks, [
      { title: 'outlier', cell: ({ id }) => String(id + 1), align: 'right' },
      { title: 'born', cell: ({ born }) => String(born), align: 'right' },
      { title: 'died', cell: ({ died }) => (died === null ? '' : String(died)), align: 'right' },
      { title: 'value', cell: ({ points }) => ends(points) },
    ]),
    table(crossings, [
      { title: 'step', cell: ({ step }) => String(step), align: 'right' },
      { title: 'crossing', cell: ({ above, below }) => `${above + 1} passes ${below + 1}` },
    ]),
    table(overlaps, [
      { title: 'step', cell: ({ step }) => String(step), align: 'right' },
      { title: 'overlap with the step before', cell: ({ overlap }) => formatNumber(overlap, 4), align: 'right' },
    ]),
  ]
  return lines.filter((line) => line !== '').join('\n\n')
}
