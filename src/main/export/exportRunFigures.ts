import { buildFigure, isEmptyFigure, type BuiltFigure } from '#charts/figureData'
import { loadFigureSource, measuredLayers, type FigureHandlers } from '#charts/figureSource'
import { themes } from '#charts/theme'
import type { FigureMetadata } from '#charts/toSvg'
import type { RunDetail } from '#shared/contract/index'
import type { FigureDefinition } from '#shared/figure'
import { safeFileName } from './safeFileName'
import { specHash } from './specHash'
import { makeDirectory } from './writeFileAtomically'
import { writeFigure, type ExportReport, type FigureFiles } from './writeFigure'

export interface FigureExport extends FigureFiles {
  readonly detail: RunDetail
  /** The calls of any host that knows the run. */
  readonly source: FigureHandlers
  /** Last step when not given. */
  readonly step?: number
  /** False leaves run id, spec hash and version out of the files. */
  readonly withMetadata?: boolean
  /** Only these figure ids; all when not given. */
  readonly figures?: readonly string[]
}

/**
 * Writes every figure of a run, one file per figure, layer (where a figure shows one at a time) and format:
 * 'layer-hessian-layer-2.svg'. The directory is made when it is missing.
 *
 * @throws LabError 'storage' if a file cannot be written; files written before stay
 */
export async function exportRunFigures(order: FigureExport): Promise<ExportReport> {
  const { detail, directory, figures } = order
  await makeDirectory(directory)
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
      const metadata = (order.withMetadata ?? true) ? metadataOf(detail, figure) : null
      files.push(...(await writeFigure(figure, name, metadata, order)))
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
