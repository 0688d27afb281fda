import type { AnalysisDetail } from '#shared/analysis'
import type { OutlierChoice } from '#shared/outlierChoice'
import { outliersBy } from '#shared/outliers'
import type { SpectrumMeta } from '#shared/records'
import type { BuiltFigure } from './figureData'
import { formatNumber } from './format'
import { predictionReadout } from './spectrumLevels'
import { checkNotes } from './spectrumMeta'
import { spectrumOption } from './spectrumOption'
import type { ChartTheme } from './theme'
import type { Table } from './toCsv'

const RULES: Readonly<Record<string, string>> = {
  theory: 'theory count',
  largestGap: 'largest gap',
  logRatio: 'log ratio',
  robustThreshold: 'robust threshold',
  marchenkoPastur: 'Marchenko-Pastur edge',
}

/** The rules that this spectrum was counted with, in words: 'largest gap: 9 above 0.19'. */
export function outlierRules({ counts = [] }: Pick<SpectrumMeta, 'counts'>): { rule: string; label: string }[] {
  return counts.map(({ rule, count, threshold }) => {
    const above = threshold === null ? '' : ` above ${formatNumber(threshold, 3)}`
    return { rule, label: `${RULES[rule] ?? rule}: ${count}${above}` }
  })
}

/** The spectrum of an analysis with its outliers by a choice; null before there is a result. */
export function analysisFigure(analysis: AnalysisDetail, choice: OutlierChoice, theme: ChartTheme): BuiltFigure | null {
  const { result, matrix, step } = analysis
  if (!result) return null
  const { meta, eigenvalues, levels } = result
  const drawn = spectrumOption(
    {
      eigenvalues,
      outlierCount: outliersBy(choice, result),
      levels: levels ?? [],
      xTitle: 'eigenvalue λ',
      valueScale: 'symlog',
    },
    theme,
  )
  const listed = meta.complete ? `all ${meta.dimension}` : `largest ${eigenvalues.length} of ${meta.dimension}`
  const products = meta.products === null ? [] : [`${meta.products} products`]
  const where = step === null ? [] : [`step ${step}`]
  const prediction = levels && { quantity: '', layer: null, levels, formula: '', source: '' }
  return {
    option: drawn.option,
    title: matrix,
    subtitle: [
      ...where,
      listed,
      `${meta.method}, ${meta.dtype}`,
      ...products,
      ...checkNotes(meta),
      ...drawn.notes,
    ].join(', '),
    readout: predictionReadout(eigenvalues, prediction),
    table: analysisTable(analysis),
  }
}

/** Every listed eigenvalue with its residual, the largest first, then the smallest. */
export function analysisTable({ result }: Pick<AnalysisDetail, 'result'>): Table {
  const columns = ['end', 'index', 'eigenvalue', 'residual']
  if (!result) return { columns, rows: [] }
  const { eigenvalues, bottom, residuals } = result
  const residualAt = (i: number) => residuals[i] ?? null
  return {
    columns,
    rows: [
      ...Array.from(eigenvalues, (value, i) => ['top', i + 1, value, residualAt(i)]),
      ...Array.from(bottom, (value, i) => ['bottom', i + 1, value, residualAt(eigenvalues.length + i)]),
    ],
  }
}
