import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buildFigure, isEmptyFigure, type BuiltFigure } from '#charts/figureData'
import { loadFigureSource, measuredLayers, type FigureHandlers } from '#charts/figureSource'
import { themes, type ThemeName } from '#charts/theme'
import { toCsv } from '#charts/toCsv'
import { toSvg, type FigureMetadata, type FigureSize } from '#charts/toSvg'
import type { RunDetail } from '#shared/contract/index'
import type { FigureDefinition } from '#shared/figure'
import { safeFileName } from './safeFileName'
import { specHash } from './specHash'
import { svgToPng } from './svgToPng'
import { storageError, writeFileAtomically } from './writeFileAtomically'

export type FigureFormat = 'svg' | 'png' | 'csv'

export interface FigureExport {
  readonly detail: RunDetail
  /** The calls of any host that knows the run. */
  readonly source: FigureHandlers
  /** Created when it does not exist. */
  readonly directory: string
  readonly formats: readonly FigureFormat[]
  readonly fontsDirectory: string
  /** Default: 140 × 84 mm. */
  readonly size?: FigureSize
  readonly theme?: ThemeName
  readonly dpi?: number
  /** Last step when not given. */
  readonly step?: number
  /** False leaves run id, spec hash and version out of the files. */
  readonly withMetadata?: boolean
  /** Only these figure ids; all when not given. */
  readonly figures?: readonly string[]
}

export interface ExportReport {
  /** File names inside the directory. */
  readonly files: readonly string[]
  /** Figures without data, and why. */
  readonly skipped: readonly { readonly figure: string; readonly reason: string }[]
}

const DEFAULT_SIZE: FigureSize = { width: 140, height: 84 }

/**
 * Writes every figure of a run, one file per figure, layer (where a figure shows one at a time) and format:
 * 'layer-hessian-layer-2.svg'.
 *
 * @throws LabError 'storage' if a file cannot be written; files written before stay
 */
export async function exportRunFigures(order: FigureExport): Promise<ExportReport> {
  const { detail, directory, figures } = order
  await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
    throw storageError(directory, cause)
  })
  const files: string[] = []
  const skipped: { figure: string; reason: string }[] = []
  const wanted = detail.figures.filter((definition) => figures?.includes(definition.id) ?? true)
  for (const definition of wanted) {
    for (const layer of exportedLayers(definition, detail)) {
      const figure = await figureOf(order, definition, layer)
      if (isEmptyFigure(figure)) {
        skipped.push({ figure: definition.id, reason: figure.reason })
        continue
      }
      const name = safeFileName(layer === null ? definition.id : `${definition.id}-layer-${layer}`)
      files.push(...(await writeFormats(order, figure, name)))
    }
  }
  return { files, skipped }
}

/** A figure of one layer at a time is written once for each; null stands for a figure without that choice. */
function exportedLayers(definition: FigureDefinition, detail: RunDetail): readonly (number | null)[] {
  const [quantity] = definition.quantities
  const layers = definition.layers === 'one' && quantity !== undefined ? measuredLayers(detail.measured, quantity) : []
  return layers.length > 0 ? layers : [null]
}

async function figureOf(
  { detail, source, step = detail.step, theme = 'print' }: FigureExport,
  definition: FigureDefinition,
  layer: number | null,
) {
  const selection = { step, layer }
  const loaded = await loadFigureSource(definition, detail, selection, source)
  return buildFigure(definition, loaded, selection, themes[theme])
}

async function writeFormats(order: FigureExport, figure: BuiltFigure, name: string): Promise<string[]> {
  const { directory, formats, fontsDirectory, size = DEFAULT_SIZE, theme = 'print', dpi = 300 } = order
  const metadata = (order.withMetadata ?? true) ? metadataOf(order.detail, figure) : null
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

function metadataOf(detail: RunDetail, { title, subtitle, readout }: BuiltFigure): FigureMetadata {
  const version = detail.provenance?.['version']
  return {
    title,
    description: [subtitle, readout ?? ''].filter((text) => text !== '').join('. '),
    provenance: {
      run: detail.id,
      system: detail.system,
      spec: specHash(detail.spec),
      ...(version !== undefined && { version: String(version) }),
    },
  }
}
