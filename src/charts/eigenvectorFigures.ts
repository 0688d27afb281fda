import type { AnalysisDetail } from '#shared/analysis'
import { alignmentLabels, labelName } from '#shared/outliers'
import type { BuiltFigure, EmptyFigure } from './figureParts'
import { formatNumber } from './format'
import { heatmapOption } from './heatmapOption'
import type { ChartTheme } from './theme'

type Result = NonNullable<AnalysisDetail['result']>
type Part = NonNullable<Result['meta']['eigenvectors']>['parts'][number]

export interface Eigenvector {
  /** From 0. */
  readonly rank: number
  readonly value: number
  readonly vector: Float64Array
  readonly parts: readonly Part[]
}

/** How much of a unit eigenvector lies in each of its parts; the shares sum to 1. */
export function partShares({ vector, parts }: Eigenvector): number[] {
  let start = 0
  return parts.map(({ rows, columns }) => {
    const part = vector.subarray(start, (start += rows * columns))
    return part.reduce((sum, x) => sum + x * x, 0)
  })
}

/** The entries of one part of an eigenvector in the shape of its matrix; a column lies down. */
export function eigenvectorFigure(
  eigenvector: Eigenvector,
  part: number,
  theme: ChartTheme,
): BuiltFigure | EmptyFigure {
  const { rank, value, vector, parts } = eigenvector
  const chosen = parts[part]
  if (!chosen) return { title: 'Eigenvector', reason: 'This analysis does not say what the entries belong to.' }
  const start = parts.slice(0, part).reduce((sum, { rows, columns }) => sum + rows * columns, 0)
  const data = vector.slice(start, start + chosen.rows * chosen.columns)
  const [rows, columns] = chosen.columns === 1 ? [1, chosen.rows] : [chosen.rows, chosen.columns]
  const drawn = heatmapOption(
    { rows, columns, data, rowTitle: 'row', columnTitle: 'column', valueTitle: 'entry', written: false },
    theme,
  )
  const share = partShares(eigenvector)[part] ?? 0
  return {
    option: drawn.option,
    title: `Eigenvector ${rank + 1}, ${chosen.name}`,
    subtitle: [`λ = ${formatNumber(value)}`, `${formatNumber(100 * share, 3)} % of its length² is here`, ...drawn.notes].join(', '), // prettier-ignore
    readout: null,
    table: {
      columns: ['row', 'column', 'entry'],
      rows: Array.from(data, (entry, at) => [Math.floor(at / chosen.columns) + 1, (at % chosen.columns) + 1, entry]),
    },
  }
}

/** How much of each kept eigenvector lies along each class or pair of classes. */
export function alignmentFigure(result: Result, theme: ChartTheme): BuiltFigure | EmptyFigure {
  const title = 'Eigenvectors along class means'
  const { alignment, eigenvalues } = result
  if (!alignment) return { title, reason: 'There are no class directions in the space of this matrix.' }
  const labels = alignmentLabels(alignment).map(labelName)
  const { count: rows, data } = alignment
  const drawn = heatmapOption(
    {
      rows,
      columns: labels.length,
      data,
      rowTitle: 'eigenvector',
      columnTitle: alignment.alignedWith === 'classes' ? 'class' : 'pair: means above ⊗ below',
      valueTitle: '‖Pv‖²',
      columnLabels: labels,
      valueRange: { from: 0, to: 1 },
      written: false,
    },
    theme,
  )
  return {
    option: drawn.option,
    title,
    subtitle: [`${rows} eigenvectors; inside a group of equal eigenvalues only their sum means something`, ...drawn.notes].join(', '), // prettier-ignore
    readout: null,
    table: {
      columns: ['eigenvector', 'eigenvalue', ...labels],
      rows: Array.from({ length: rows }, (_, i) => [
        i + 1,
        eigenvalues[i] ?? NaN,
        ...data.subarray(i * labels.length, (i + 1) * labels.length),
      ]),
    },
  }
}
