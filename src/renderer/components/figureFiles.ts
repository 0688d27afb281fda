import type { RunDetail } from '#shared/contract/index'
import { LabError } from '#shared/errors'
import { init } from '#charts/echarts'
import type { BuiltFigure } from '#charts/figureData'
import { toCsv } from '#charts/toCsv'
import { toSvg } from '#charts/toSvg'

/** mm: our own one-column size, tall enough for a readable y axis. */
const size = { width: 140, height: 90 }
const pxPerMm = 96 / 25.4
const pngDpi = 300

export type FigureFormat = 'svg' | 'png' | 'csv'

/** A figure as a file; the pictures are drawn for paper, whatever the theme on screen. */
export async function figureFile(figure: BuiltFigure, run: RunDetail, format: FigureFormat): Promise<Blob> {
  switch (format) {
    case 'csv':
      return new Blob([toCsv(figure.table)], { type: 'text/csv' })
    case 'svg':
      return new Blob([toSvg(figure.option, { ...size, theme: 'print' }, metadataOf(figure, run))], {
        type: 'image/svg+xml',
      })
    case 'png':
      return drawPng(figure)
    default:
      throw new LabError('bad-input', `figureFile: unknown format "${String(format satisfies never)}".`)
  }
}

/** The file's name in the download folder: 'r-0123456789 loss.svg'. */
export function figureFileName(figure: BuiltFigure, run: RunDetail, format: FigureFormat): string {
  return `${run.id} ${safeName(figure.title)}.${format}`
}

/** Offers a file for download; the browser or Electron asks where to. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has taken its own hold of the data by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(address))
}

function safeName(title: string): string {
  return title.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}

function metadataOf(figure: BuiltFigure, run: RunDetail) {
  const version = run.provenance?.['version']
  return {
    title: figure.title,
    description: [figure.subtitle, figure.readout].filter(Boolean).join('. '),
    provenance: {
      run: run.id,
      system: run.system,
      seed: String(run.seed),
      ...(version === undefined ? {} : { version: String(version) }),
    },
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
