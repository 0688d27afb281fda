import type { ValueScale } from '#shared/figure'
import { paddedRange } from './frame'
import type { ChartTheme } from './theme'

/** Eleven stops of matplotlib's viridis; between them colours are mixed in sRGB (error below two steps of 255). */
export const viridis: readonly string[] = [
  '#440154',
  '#482475',
  '#414487',
  '#355F8D',
  '#2A788E',
  '#21918C',
  '#22A884',
  '#44BF70',
  '#7AD151',
  '#BDDF26',
  '#FDE725',
]

/** ColorBrewer's RdBu with blue for negative values; its middle stands for 0. */
export const diverging: readonly string[] = [
  '#2166AC',
  '#67A9CF',
  '#D1E5F0',
  '#F7F7F7',
  '#FDDBC7',
  '#EF8A62',
  '#B2182B',
]

/** The colour at a fraction from 0 to 1 of a map. */
export function colourAt(map: readonly string[], fraction: number): string {
  const position = Math.min(1, Math.max(0, fraction)) * (map.length - 1)
  const i = Math.min(map.length - 2, Math.floor(position))
  const [from, to] = [channels(map[i]!), channels(map[i + 1]!)]
  const mixed = from.map((channel, c) => Math.round(channel + (position - i) * (to[c]! - channel)))
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

/** Colour of layer i of `count` (from 0): along the part of viridis that is legible on the theme's background. */
export function layerColour(theme: ChartTheme, i: number, count: number): string {
  const [from, to] = theme.viridisRange
  return colourAt(viridis, from + (to - from) * (count > 1 ? i / (count - 1) : 0.4))
}

/** The positions on the values' scale at both ends of a map. */
export interface ColourRange {
  readonly from: number
  readonly to: number
  readonly map: readonly string[]
}

/**
 * Signed values get a diverging map centred on 0, all others viridis between 0 and the extreme: stretched over a range
 * that is narrow beside its distance from 0, rounding would look like structure. A log scale has no 0: there viridis
 * spans the values.
 *
 * @param finite positions of the values on a scale of that kind
 */
export function colourRange(finite: Float64Array, kind: ValueScale): ColourRange {
  const from = finite.reduce((min, value) => Math.min(min, value), Infinity)
  const to = finite.reduce((max, value) => Math.max(max, value), -Infinity)
  if (from > to) return { from: 0, to: 1, map: viridis }
  if (kind === 'log') return { ...paddedRange(finite, 0), map: viridis }
  // A negative part below a hundred-thousandth is rounding, not a sign worth a colour map.
  const isSigned = from < -1e-5 * Math.abs(to) && to > 0
  const reach = Math.max(-from, to)
  if (isSigned) return { from: -reach, to: reach, map: diverging }
  if (to > 0) return { from: 0, to: rounded(to), map: viridis }
  return from < 0 ? { from: rounded(from), to: 0, map: viridis } : { from: 0, to: 1, map: viridis }
}

/** To four digits: an extreme of 0.99999 stands on a bar that ends with its tick at 1. */
function rounded(extreme: number): number {
  return Number(extreme.toPrecision(4))
}

/** Black or white, whichever reads better on the colour (relative luminance of WCAG 2). */
export function inkOn(colour: string): string {
  const [r = 0, g = 0, b = 0] = channels(colour).map((channel) => {
    const c = channel / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? '#000000' : '#FFFFFF'
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16))
}
