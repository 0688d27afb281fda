import { isEmptyFigure, type BuiltFigure } from '#charts/figureParts'
import { levelSets } from '#charts/sweep/histogramFigure'
import { pointTable } from '#charts/sweep/pointTable'
import { defaultSelection } from '#charts/sweep/points'
import { buildSweepFigure } from '#charts/sweep/sweepFigure'
import { themes } from '#charts/theme'
import { toCsv } from '#charts/toCsv'
import type { SweepResults } from '#shared/contract/sweepResults'
import { join } from 'node:path'
import { safeFileName } from './safeFileName'
import { makeDirectory, writeFileAtomically } from './writeFileAtomically'
import { writeFigure, type ExportReport, type FigureFiles } from './writeFigure'

export interface SweepExport extends FigureFiles {
  readonly results: SweepResults
  /** Of the program, written into the files. */
  readonly version: string
}

/**
 * Writes every figure of a sweep and the table of its points ('points.csv'); a histogram once for each set of levels that
 * theory predicts: 'losses-L-2.svg'. The directory is made when it is missing.
 *
 * @throws LabError 'storage' if a file cannot be written; files written before stay
 */
export async function exportSweepFigures(order: SweepExport): Promise<ExportReport> {
  const { results, directory, theme = 'print' } = order
  await makeDirectory(directory)
  const files: string[] = []
  const skipped: { figure: string; reason: string }[] = []
  for (const definition of results.figures) {
    const sets = definition.mark === 'histogram' ? levelSets(results, definition.quantity) : [null]
    for (const [levels, set] of sets.entries()) {
      const selection = { ...defaultSelection(results), levels }
      const figure = buildSweepFigure(definition, results, selection, themes[theme])
      if (isEmptyFigure(figure)) {
        skipped.push({ figure: definition.id, reason: figure.reason })
        continue
      }
      const name = safeFileName([definition.id, set?.name ?? ''].filter(Boolean).join('-'))
      files.push(...(await writeFigure(figure, name, metadataOf(order, figure), order)))
    }
  }
  if (order.formats.includes('csv')) {
    await writeFileAtomically(join(directory, 'points.csv'), toCsv(pointTable(results)))
    files.push('points.csv')
  }
  return { files, skipped }
}

function metadataOf({ results, version }: SweepExport, { title, subtitle }: BuiltFigure) {
  return { title, description: subtitle, provenance: { sweep: results.sweepId, system: results.system, version } }
}
