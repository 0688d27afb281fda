import type { AnalysisDetail, OutlierHistory } from '#shared/analysis'
import type { AnalysisStarted } from '#shared/contract/analysis'
import { labelsInWords, outlierGroups, outliersBy, usualChoice } from '#shared/outliers'
import type { SpectrumMeta } from '#shared/records'
import { estimateInWords } from '#charts/bulkDensityFigure'
import { formatNumber } from '#charts/format'
import { facts, table } from './table'

/** Rows of a table that is read in a terminal; all are in the documents of --json. */
const MOST_ROWS = 12

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
  if (status === 'cancelled') lines.push('What it had found stays in the project: the same command goes on from there.')
  if (!result) return lines.join('\n')
  const { meta, eigenvalues, bottom } = result
  const value = valueFormat(meta)
  lines.push(spectrumFacts(result))
  const copies = (meta.copies ?? []).slice(0, MOST_ROWS)
  const isPredicted = copies.some(({ predicted }) => predicted !== null)
  if (copies.length > 0) {
    lines.push(`copies of a level: within ${formatNumber(meta.copiesWithin ?? 0, 1)} of the largest eigenvalue`)
    lines.push(
      table(copies, [
        { title: 'value', cell: (level) => value(level.value), align: 'right' },
        { title: 'copies', cell: ({ found, cut }) => (cut ? `≥ ${found}` : String(found)), align: 'right' },
        ...(isPredicted
          ? [
              {
                title: 'predicted',
                cell: (level: CountedLevel) => String(level.predicted ?? ''),
                align: 'right',
              } as const,
            ]
          : []),
      ]),
    )
  } else {
    lines.push([...eigenvalues.subarray(0, MOST_ROWS)].map(value).join('  '))
  }
  const groups = result.alignment ? outlierGroups(result, usualChoice(meta)) : []
  lines.push(
    shortTable(groups, [
      { title: 'outliers', cell: (group) => value(group.value), align: 'right' },
      { title: 'copies', cell: (group) => String(group.count), align: 'right' },
      { title: 'along', cell: (group) => labelsInWords(group) || 'no class or pair' },
    ]),
  )
  if (bottom.length > 0) lines.push(`smallest: ${[...bottom].slice(0, MOST_ROWS).map(value).join('  ')}`)
  lines.push(rulesTable(result))
  return lines.filter((line) => line !== '').join('\n\n')
}

type Result = NonNullable<AnalysisDetail['result']>
type CountedLevel = NonNullable<SpectrumMeta['copies']>[number]

/** How it was computed and what it is worth. */
function spectrumFacts({ meta, eigenvalues }: Result): string {
  const { complete, dimension, method, dtype, products, maxResidual, orthogonalityDefect, quadrature } = meta
  const listed = complete ? `all ${dimension}` : `largest ${eigenvalues.length} of ${dimension}`
  const rows: (readonly [string, string])[] = [['eigenvalues', `${listed}, ${method}, ${dtype}`]]
  if (products !== null) rows.push(['products', String(products)])
  if (maxResidual !== null) rows.push(['residual', `‖Hv − λv‖ ≤ ${formatNumber(maxResidual, 2)}`])
  if (orthogonalityDefect !== undefined)
    rows.push(['orthogonality', `|VᵀV − I| ≤ ${formatNumber(orthogonalityDefect, 2)}`])
  const total = () => eigenvalues.reduce((sum, value) => sum + value, 0)
  if (complete) rows.push(['trace', valueFormat(meta)(total())])
  if (quadrature) {
    const { dimension: others, nodes, trace, squares } = quadrature
    rows.push(['density', `of the ${others} others: ${nodes.length} probes, ${quadrature.products} products`])
    rows.push(['trace', estimateInWords(trace)], ['sum of squares', estimateInWords(squares)])
  }
  return facts(rows)
}

function rulesTable(result: Result): string {
  const { counts = [], chosen } = result.meta
  const isChosen = (rule: string) => chosen !== undefined && 'rule' in chosen && chosen.rule === rule
  const byHand =
    chosen && 'threshold' in chosen
      ? [{ rule: 'by hand', count: outliersBy(chosen, result) ?? 0, threshold: chosen.threshold }]
      : []
  return table(
    [...counts.map((row) => (isChosen(row.rule) ? { ...row, rule: `${row.rule} (chosen)` } : row)), ...byHand],
    [
      { title: 'rule', cell: ({ rule }) => rule },
      { title: 'outliers', cell: (row) => String(row.count), align: 'right' },
      { title: 'threshold', cell: ({ threshold }) => (threshold === null ? '' : formatNumber(threshold)), align: 'right' }, // prettier-ignore
    ],
  )
}

/** Zeros come out as a few ε of the largest eigenvalue. */
function valueFormat({ rounding = 0 }: SpectrumMeta): (value: number) => string {
  return (value) => (Math.abs(value) <= rounding ? '0 to rounding' : formatNumber(value, 8))
}

/** The first rows, and how many more there are. */
function shortTable<Row>(rows: readonly Row[], columns: Parameters<typeof table<Row>>[1]): string {
  const more = rows.length - MOST_ROWS
  const shown = table(rows.slice(0, MOST_ROWS), columns)
  return more > 0 ? `${shown}\n… and ${more} more, in the document of --json` : shown
}

/** Those that last come first, from the largest; then those that died last. */
function survivorsFirst(tracks: OutlierHistory['tracks']): OutlierHistory['tracks'] {
  const lasts = (track: OutlierHistory['tracks'][number]) => track.died ?? Infinity
  const value = ({ points }: OutlierHistory['tracks'][number]) => points.at(-1)?.value ?? 0
  return tracks.toSorted((a, b) => (lasts(a) === lasts(b) ? value(b) - value(a) : lasts(b) > lasts(a) ? 1 : -1))
}

/** Outliers over the steps: each with its birth, death and ends, then who passed whom. */
export function historyReport({ tracks, crossings, overlaps }: OutlierHistory): string {
  const ends = (points: OutlierHistory['tracks'][number]['points']) =>
    [points[0], ...(points.length > 1 ? [points.at(-1)] : [])].map((point) => formatNumber(point?.value ?? NaN, 6)).join(' to ') // prettier-ignore
  const died = tracks.filter((track) => track.died !== null).length
  const lines = [
    tracks.length === 0
      ? 'No eigenvalue is an outlier at these steps.'
      : `${tracks.length} outliers followed through the steps: ${died} died, ${crossings.length} crossings`,
    shortTable(survivorsFirst(tracks), [
      { title: 'outlier', cell: ({ id }) => String(id + 1), align: 'right' },
      { title: 'born', cell: ({ born }) => String(born), align: 'right' },
      { title: 'died', cell: (track) => (track.died === null ? '' : String(track.died)), align: 'right' },
      { title: 'value', cell: ({ points }) => ends(points) },
    ]),
    shortTable(crossings, [
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
