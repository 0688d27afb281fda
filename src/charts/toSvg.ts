import type { EChartsOption } from 'echarts'
import { init } from './echarts'
import { themes, type ThemeName } from './theme'

const PX_PER_MM = 96 / 25.4

export interface FigureSize {
  /** mm */
  readonly width: number
  /** mm */
  readonly height: number
}

/** Where a figure comes from, written into its file unless switched off. */
export interface FigureMetadata {
  readonly title: string
  /** What the picture shows in words: subtitle and readout. */
  readonly description: string
  /** Run id, spec hash, version. */
  readonly provenance: Readonly<Record<string, string>>
}

/**
 * A chart as a stand-alone SVG document, the same text for the same input: no scripts, no outside references.
 *
 * @param metadata null leaves run id, spec hash and version out of the file
 */
export function toSvg(
  option: EChartsOption,
  { width, height, theme }: FigureSize & { readonly theme: ThemeName },
  metadata: FigureMetadata | null = null,
): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: width * PX_PER_MM, height: height * PX_PER_MM })
  try {
    chart.setOption({ ...option, animation: false, backgroundColor: themes[theme].background })
    const svg = chart.renderToSVGString()
    return normaliseSvg(metadata ? insertMetadata(svg, metadata) : svg)
  } finally {
    chart.dispose()
  }
}

/**
 * Without the hover styles and the bookkeeping that ECharts writes for pages, and with ids that depend on the picture
 * alone, not on how many charts were drawn before; different pictures have different ids, so that several can stand in
 * one page.
 */
export function normaliseSvg(svg: string): string {
  const plain = svg
    .replace(/<style[^>]*>\s*<!\[CDATA\[[\s\S]*?\]\]>\s*<\/style>\s*/g, '')
    .replace(/ class="zr\d+-cls-\d+"/g, '')
    .replace(/ ecmeta_[a-z_]+="[^"]*"/g, '')
    // XML allows no control characters, escaped or not, and no half surrogate pairs.
    .replace(/[\p{Cc}--[\t\n\r]]/gv, '\ufffd')
    .toWellFormed()
  const anonymous = plain.replace(CHART_ID, '$1')
  return plain.replace(CHART_ID, `$1figure-${hashOf(anonymous)}-`)
}

const CHART_ID = /(\bid="|url\(#|href="#)zr\d+-/g

/** FNV-1a, 32 bits: tells pictures apart, protects nothing. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

function insertMetadata(svg: string, { title, description, provenance }: FigureMetadata): string {
  const fields = Object.entries(provenance).map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
  const inserted =
    `<title>${escapeXml(title)}</title>\n<desc>${escapeXml(description)}</desc>\n` +
    `<metadata><collapsar:figure xmlns:collapsar="urn:collapsar:figure"${fields.join('')}/></metadata>`
  return svg.replace(/^(<svg [^>]*>)/, (root) => `${root}\n${inserted}`)
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
