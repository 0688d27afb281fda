import { describe, expect, it } from 'vitest'
import { heatmapOption } from '#charts/heatmapOption'
import { themes } from '#charts/theme'
import { toSvg } from '#charts/toSvg'
import { textOf } from './textOf'

/** A 2 × 2 heatmap as SVG, and the fills of its cells. */
function drawn(...values: number[]): { words: string; fills: Set<string> } {
  const data = Float64Array.from(values)
  const input = { rows: 2, columns: 2, data, rowTitle: 'class', columnTitle: 'class', valueTitle: 'f_cc′' }
  const svg = toSvg(heatmapOption(input, themes.light).option, { width: 80, height: 60, theme: 'light' })
  const cells = [...svg.matchAll(/<path d="M[^"]+Z" fill="(#[0-9a-f]{6}|rgb\([^)]*\))"/gi)].map(([, fill]) => fill!)
  return { words: textOf(svg), fills: new Set(cells.slice(0, 4)) }
}

describe('the colours of a heatmap', () => {
  it('do not stretch rounding into a rainbow', () => {
    const { words, fills } = drawn(1, 1 - 1e-12, 1 - 2e-9, 1)
    expect(fills.size).toBe(1)
    // Bar labels differ although every cell is written as 1.
    expect(words).toContain('0.8')
    expect(words).toContain('0.2')
  })
  it('tell values apart from 0 upwards', () => {
    expect(drawn(0.1, 0.4, 0.7, 1).fills.size).toBe(4)
  })
})
