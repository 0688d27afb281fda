import { join } from 'node:path'
import { comparisonContext, loadPanel, type ComparisonContext } from '#charts/compare/context'
import { differenceNumbers, differenceTable } from '#charts/compare/differenceTable'
import { metricLatex, metricNumbers, metricTable } from '#charts/compare/metricTable'
import { buildPanel, panelTitle } from '#charts/compare/panelFigure'
import { isEmptyFigure } from '#charts/figureData'
import { themes } from '#charts/theme'
import { toCsv } from '#charts/toCsv'
import type { Panel } from '#shared/comparison'
import type { Handlers } from '#shared/contract/index'
import { safeFileName } from './safeFileName'
import { makeDirectory, writeFileAtomically } from './writeFileAtomically'
import { writeFigure, type ExportReport, type FigureFiles } from './writeFigure'

export interface ComparisonExport extends FigureFiles {
  /** The name that the comparison was saved by. */
  readonly name: string
  /** The calls of any host that has it. */
  readonly handlers: Handlers
  /** Of this software, for the files' metadata. */
  readonly version: string
}

/**
 * Writes every panel of a saved comparison: pictures and their numbers, tables as CSV, metrics also as LaTeX:
 * '1-loss-over-step.svg', '2-metrics.tex'. The directory is made when it is missing.
 *
 * @throws LabError 'not-found' for an unknown name; 'storage' if a file cannot be written
 */
export async function exportComparison(order: ComparisonExport): Promise<ExportReport> {
  const { handlers, name, directory } = order
  const { comparison } = await handlers['comparisons.get']({ name })
  const [facts, systems] = await Promise.all([
    handlers['comparison.runs']({ runIds: comparison.runIds }),
    handlers['systems.list'](null),
  ])
  const context = comparisonContext(comparison, facts, systems)
  await makeDirectory(directory)
  const files: string[] = []
  const skipped: { figure: string; reason: string }[] = []
  for (const [i, panel] of comparison.panels.entries()) {
    const title = panelTitle(panel, context)
    const written = await writePanel(order, context, panel, safeFileName(`${i + 1}-${title.toLowerCase()}`))
    if (typeof written === 'string') skipped.push({ figure: title, reason: written })
    else files.push(...written)
  }
  return { files, skipped }
}

/** File names, or why there is nothing to write. */
async function writePanel(
  order: ComparisonExport,
  context: ComparisonContext,
  panel: Panel,
  name: string,
): Promise<string[] | string> {
  const data = await loadPanel(panel, context, order.handlers)
  if (panel.kind === 'differences') {
    return writeTexts(order, name, { csv: toCsv(differenceNumbers(differenceTable(context, panel.all))) })
  }
  if (panel.kind === 'metrics') {
    const table = metricTable(panel, context, data)
    return writeTexts(order, name, { csv: toCsv(metricNumbers(table)), tex: metricLatex(table) })
  }
  const figure = buildPanel(panel, context, data, themes[order.theme ?? 'print'], { isExport: true })
  if (isEmptyFigure(figure)) return figure.reason
  const { title, subtitle, readout } = figure
  const description = [subtitle, readout ?? ''].filter((text) => text !== '').join('. ')
  const runs = context.runs.map(({ id }) => id).join(' ')
  const provenance = { comparison: order.name, runs, version: order.version }
  return writeFigure(figure, name, { title, description, provenance }, order)
}

async function writeTexts(
  { directory }: ComparisonExport,
  name: string,
  texts: Readonly<Record<string, string>>,
): Promise<string[]> {
  const files = Object.entries(texts).map(([type, text]) => ({ file: `${name}.${type}`, text }))
  for (const { file, text } of files) await writeFileAtomically(join(directory, file), text)
  return files.map(({ file }) => file)
}
