import { buildTheoryFigure } from '#charts/theoryFigure'
import { themes } from '#charts/theme'
import type { TheoryFigure } from '#shared/theoryFigure'
import { safeFileName } from './safeFileName'
import { makeDirectory } from './writeFileAtomically'
import { writeFigure, type ExportReport, type FigureFiles } from './writeFigure'

export interface TheoryExport extends FigureFiles {
  readonly system: string
  readonly figures: readonly TheoryFigure[]
  /** Of the program, written into the files. */
  readonly version: string
}

/**
 * Writes pictures of the theory alone, the point of the parameters on their curves. The directory is made when it is
 * missing.
 *
 * @throws LabError 'storage' if a file cannot be written; files written before stay
 */
export async function exportTheoryFigures(order: TheoryExport): Promise<ExportReport> {
  const { system, figures, version, directory, theme = 'print' } = order
  await makeDirectory(directory)
  const files: string[] = []
  for (const figure of figures) {
    const { current } = figure.x
    const built = buildTheoryFigure(figure, current === null ? [] : [current], themes[theme])
    const { title, subtitle, readout } = built
    const description = [subtitle, readout, figure.source].filter(Boolean).join('. ')
    const metadata = { title, description, provenance: { system, version } }
    files.push(...(await writeFigure(built, safeFileName(figure.id), metadata, order)))
  }
  return { files, skipped: [] }
}
