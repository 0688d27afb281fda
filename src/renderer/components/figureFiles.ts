import { LabError } from '#shared/errors'
import { init } from '#charts/echarts'
import type { BuiltFigure } from '#charts/figureData'
import { toCsv } from '#charts/toCsv'
import { toSvg, type FigureMetadata } from '#charts/toSvg'
import { words } from './words'

/** mm: our own one-column size, tall enough for a readable y axis. */
const size = { width: 140, height: 90 }
const pxPerMm = 96 / 25.4
const pngDpi = 300

export type FigureFormat = 'svg' | 'png' | 'csv'

export const figureFormats: readonly { readonly id: FigureFormat; readonly label: string }[] = [
  { id: 'svg', label: words.files.svg },
  { id: 'png', label: words.files.png },
  { id: 'csv', label: words.files.csv },
]

/** A figure as a file; the pictures are drawn for paper, whatever the theme on screen. */
export async function figureFile(
  figure: BuiltFigure,
  provenance: FigureMetadata['provenance'],
  format: FigureFormat,
): Promise<Blob> {
  switch (format) {
    case 'csv':
      return new Blob([toCsv(figure.table)], { type: 'text/csv' })
    case 'svg':
      return new Blob([toSvg(figure.option, { ...size, theme: 'print' }, metadataOf(figure, provenance))], {
        type: 'image/svg+xml',
      })
    case 'png':
      return drawPng(figure)
    default:
      throw new LabError('bad-input', `figureFile: unknown format "${String(format satisfies never)}".`)
  }
}

/** The file's name in the download folder: 'r-0123456789 loss.svg'. */
export function figureFileName(owner: string, title: string, format: string): string {
  return `${owner} ${safeName(title)}.${format}`
}

function safeName(title: string): string {
  return title.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}

function metadataOf(figure: BuiltFigure, provenance: FigureMetadata['provenance']): FigureMetadata {
  return {
    title: figure.title,
    description: [figure.subtitle, figure.readout].filter(Boolean).join('. '),
    provenance,
  }
}

/** Drawn on a canvas of its own and not from the SVG: an SVG used as an image cannot reach the page's fonts. */
async function drawPng(figure: BuiltFigure): Promise<Blob> {
  const chart = init(document.createElement('div'), null, {
    renderer: 'canvas',
    width: size.width * pxPerMm,
    height: size.height * pxPerMm,
    devicePixelRatio: pngDpi / 96,
  })
  try {
    chart.setOption({ ...figure.option, animation: false })
    const canvas = chart.renderToCanvas({ pixelRatio: pngDpi / 96, backgroundColor: '#FFFFFF' })
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
    if (blob) return blob
    throw new LabError('unavailable', 'The picture could not be encoded as PNG. Close other panels or export SVG.')
  } finally {
    chart.dispose()
  }
}
