import type { AnalysisDetail } from '#shared/analysis'
import { bulkDensity, type BulkDensity } from '#shared/bulkDensity'
import type { OutlierChoice } from '#shared/outlierChoice'
import { outliersBy } from '#shared/outliers'
import type { StoredEstimate } from '#shared/records'
import { densityOption } from './densityOption'
import type { BuiltFigure, EmptyFigure } from './figureParts'
import { formatNumber } from './format'
import type { ChartTheme } from './theme'
import type { Table } from './toCsv'

type Result = NonNullable<AnalysisDetail['result']>

const title = 'Density of the bulk'

/** Without the outliers of a choice, so that axis and width follow the bulk; see `bulkDensity`. */
export function bulkDensityFigure(result: Result, choice: OutlierChoice, theme: ChartTheme): BuiltFigure | EmptyFigure {
  const outliers = outliersBy(choice, result) ?? 0
  const bulk = bulkDensity(result, outliers)
  if (!bulk) return { title, reason: 'Only the listed eigenvalues are known. Ask again with the density of the rest.' }
  const { quadrature } = result.meta
  const { grid, density, error, sigma, count } = bulk
  const drawn = densityOption(
    {
      grid,
      density,
      error,
      levels: (result.levels ?? []).filter(({ value }) => value >= grid[0]! && value <= grid.at(-1)!),
      xTitle: 'eigenvalue λ',
      yTitle: 'density φ',
    },
    theme,
  )
  const how = result.meta.complete
    ? 'from all eigenvalues'
    : `${quadrature?.nodes.length ?? 0} probes, lines at ± standard error`
  return {
    option: drawn.option,
    title,
    subtitle: [`${count} eigenvalues, ${outliers} outliers left out`, how, `width ${formatNumber(sigma, 2)}`, ...drawn.notes].join(', '), // prettier-ignore
    readout: quadrature ? `trace ${estimateInWords(quadrature.trace)}\nsum of squares ${estimateInWords(quadrature.squares)}` : null, // prettier-ignore
    table: bulkDensityTable(bulk),
  }
}

/** Density with its error, and how many eigenvalues of the whole matrix lie above each point. */
export function bulkDensityTable({ grid, density, error, above }: BulkDensity): Table {
  const known = (value: number) => (Number.isNaN(value) ? null : value)
  return {
    columns: ['eigenvalue', 'density', 'standard error', 'eigenvalues above'],
    rows: Array.from(grid, (t, i) => [t, density[i]!, known(error[i]!), above[i]!]),
  }
}

/** '3.21 ± 0.02': what is estimated from random probes, with its standard error where that is known. */
export function estimateInWords({ value, standardError }: StoredEstimate): string {
  const error = standardError === null ? '' : ` ± ${formatNumber(standardError, 2)}`
  return formatNumber(value, 6) + error
}
