import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import { LabError } from '#shared/errors'

export interface PngOptions {
  /** Pixels per inch; 96 draws one pixel per px of the SVG. */
  readonly dpi: number
  /** Folder with the TrueType or OpenType fonts that ship with the product. */
  readonly fontsDirectory: string
}

const LARGEST_SIDE = 20_000

/**
 * An SVG figure as PNG. Only the given fonts are used, never the system's: the same figure has the same pixels everywhere.
 *
 * @throws LabError 'bad-input' for a dpi that is not usable, 'unavailable' when the fonts are missing
 */
export function svgToPng(svg: string, { dpi, fontsDirectory }: PngOptions): Uint8Array {
  if (!(dpi >= 24 && dpi <= 2400))
    throw new LabError('bad-input', `PNG: got ${dpi} dpi, expected a number from 24 to 2400.`)
  const size = rootSize(svg)
  // Rounded from the size itself: a zoom factor would leave the last row or column to the renderer's rounding.
  const width = Math.round((size.width * dpi) / 96)
  const height = Math.round((size.height * dpi) / 96)
  if (Math.max(width, height) > LARGEST_SIDE) {
    throw new LabError(
      'bad-input',
      `PNG: ${width} × ${height} pixels is too large. Choose fewer dpi or a smaller figure.`,
    )
  }
  const sized = svg.replace(/^<svg [^>]*>/, (root) => resizeRoot(root, size, width, height))
  const fontFiles = fontFilesIn(fontsDirectory)
  const font = {
    fontFiles,
    loadSystemFonts: false,
    defaultFontFamily: 'IBM Plex Sans',
    sansSerifFamily: 'IBM Plex Sans',
  }
  return new Resvg(sized, { font }).render().asPng()
}

interface Size {
  readonly width: number
  readonly height: number
}

function rootSize(svg: string): Size {
  const root = /^<svg ([^>]*)>/.exec(svg)?.[1] ?? ''
  const side = (name: string) => Number(new RegExp(`\\b${name}="([0-9.]+)"`).exec(root)?.[1])
  const [width, height] = [side('width'), side('height')]
  if (width > 0 && height > 0) return { width, height }
  throw new LabError(
    'bad-input',
    'PNG: the SVG does not start with a root element that has a width and a height in px.',
  )
}

function resizeRoot(root: string, size: Size, width: number, height: number): string {
  const viewBox = /\bviewBox=/.test(root) ? '' : ` viewBox="0 0 ${size.width} ${size.height}"`
  return root
    .replace(/ width="[^"]*"/, ` width="${width}"`)
    .replace(/ height="[^"]*"/, ` height="${height}"`)
    .replace(/>$/, `${viewBox} preserveAspectRatio="none">`)
}

function fontFilesIn(directory: string): string[] {
  const hint = 'Install the product again; its fonts belong in resources/fonts.'
  let names: string[]
  try {
    names = readdirSync(directory)
  } catch (cause) {
    throw new LabError('unavailable', `PNG: the fonts folder cannot be read. ${hint}`, {}, { cause })
  }
  const fonts = names.filter((name) => /\.(ttf|otf)$/i.test(name)).sort()
  if (fonts.length === 0) throw new LabError('unavailable', `PNG: the fonts folder has no .ttf or .otf file. ${hint}`)
  return fonts.map((name) => join(directory, name))
}
