import { isEmptyFigure, type BuiltFigure } from '#charts/figureParts'
import { pointTable } from '#charts/sweep/pointTable'
import { defaultSelection } from '#charts/sweep/points'
import { buildSweepFigure, figureSets } from '#charts/sweep/sweepFigure'
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
 * Writes every figure of a sweep and the table of its points ('points.csv'); one that shows what theory
 * says once for each set of points of which it says the same: 'losses-L-2.svg'. The directory is made when it is missing.
 *
 * @throws LabError 'storage' if a file cannot be written; files written before stay
 */
export async function exportSweepFigures(order: SweepExport): Promise<ExportReport> {
  const { results, directory, theme = 'print' } = order
  await makeDirectory(directory)
  const files: string[] = []
  const skipped: { figure: string; reason: string }[] = []
  for (const definition of results.figures) {
    const sets = figureSets(definition, results)
    for (const [at, set] of (sets.length > 0 ? sets : [null]).entries()) {
      const selection = { ...defaultSelection(results), set: at }
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
