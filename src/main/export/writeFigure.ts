import { join } from 'node:path'
import type { BuiltFigure } from '#charts/figureData'
import type { ThemeName } from '#charts/theme'
import { toCsv } from '#charts/toCsv'
import type { FigureMetadata, FigureSize } from '#charts/toSvg'
import { writeFileAtomically } from './writeFileAtomically'

export type FigureFormat = 'svg' | 'png' | 'csv'

/** How figures are written, whatever they show. */
export interface FigureFiles {
  /** Exists already. */
  readonly directory: string
  readonly formats: readonly FigureFormat[]
  readonly fontsDirectory: string
  /** Default: 140 × 84 mm. */
  readonly size?: FigureSize
  readonly theme?: ThemeName
  readonly dpi?: number
}

export interface ExportReport {
  /** File names inside the directory. */
  readonly files: readonly string[]
  /** Figures without data, and why. */
  readonly skipped: readonly { readonly figure: string; readonly reason: string }[]
}

const DEFAULT_SIZE: FigureSize = { width: 140, height: 84 }

/**
 * Writes one figure in every format asked for: 'name.svg'.
 *
 * @param metadata null leaves run ids, spec hash and version out of the files
 * @returns file names inside the directory
 */
export async function writeFigure(
  figure: BuiltFigure,
  name: string,
  metadata: FigureMetadata | null,
  { directory, formats, fontsDirectory, size = DEFAULT_SIZE, theme = 'print', dpi = 300 }: FigureFiles,
): Promise<string[]> {
  // Read with the first figure: the chart library is 600 files, which no other command and no service needs.
  const [{ toSvg }, { svgToPng }] = await Promise.all([import('#charts/toSvg'), import('./svgToPng')])
  const svg = formats.some((format) => format !== 'csv') ? toSvg(figure.option, { ...size, theme }, metadata) : ''
  const contents: Readonly<Record<FigureFormat, () => string | Uint8Array>> = {
    svg: () => svg,
    png: () => svgToPng(svg, { dpi, fontsDirectory }),
    csv: () => toCsv(figure.table),
  }
  const files: string[] = []
  for (const format of new Set(formats)) {
    const file = `${name}.${format}`
    await writeFileAtomically(join(directory, file), contents[format]())
    files.push(file)
  }
  return files
}
