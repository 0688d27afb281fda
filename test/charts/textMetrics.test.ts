import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lineWidth } from '#charts/textMetrics'

/** Advance width of a character in parts of the letter size, from a TrueType font's own tables; null if it has none. */
function advanceIn(file: string): (character: string) => number | null {
  const font = readFileSync(new URL(`../../resources/fonts/${file}`, import.meta.url))
  const tables = new Map(
    Array.from({ length: font.readUInt16BE(4) }, (_, i) => 12 + 16 * i).map((at) => [
      font.toString('latin1', at, at + 4),
      font.readUInt32BE(at + 8),
    ]),
  )
  const table = (name: string) => tables.get(name) ?? Number.NaN
  const glyphs = characterMap(font, table('cmap'))
  const unitsPerEm = font.readUInt16BE(table('head') + 18)
  const metrics = font.readUInt16BE(table('hhea') + 34)
  return (character) => {
    const glyph = glyphs(character.codePointAt(0) ?? 0)
    return glyph === 0 ? null : font.readUInt16BE(table('hmtx') + 4 * Math.min(glyph, metrics - 1)) / unitsPerEm
  }
}

/** The format 4 subtable of 'cmap': segments of code points, each with a shift or a list of glyphs. */
function characterMap(font: Buffer, cmap: number): (code: number) => number {
  const offsets = Array.from({ length: font.readUInt16BE(cmap + 2) }, (_, i) => font.readUInt32BE(cmap + 8 + 8 * i))
  const start = offsets.map((offset) => cmap + offset).find((at) => font.readUInt16BE(at) === 4)
  if (start === undefined) throw new Error('the font has no cmap of format 4')
  const doubled = font.readUInt16BE(start + 6)
  return (code) => {
    for (let i = 0; i < doubled; i += 2) {
      const first = font.readUInt16BE(start + 16 + doubled + i)
      if (code > font.readUInt16BE(start + 14 + i)) continue
      if (code < first) return 0
      const shift = font.readUInt16BE(start + 16 + 2 * doubled + i)
      const range = start + 16 + 3 * doubled + i
      const list = font.readUInt16BE(range)
      if (list === 0) return (code + shift) % 65_536
      const glyph = font.readUInt16BE(range + list + 2 * (code - first))
      return glyph === 0 ? 0 : (glyph + shift) % 65_536
    }
    return 0
  }
}

describe('lineWidth', () => {
  const plex = advanceIn('IBMPlexSans-Regular.ttf')
  const dejaVu = advanceIn('DejaVuSans.ttf')

  it('knows the shipped fonts: every printable ASCII character, Greek, and the signs of our formulas', () => {
    const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
    for (const character of [...ascii, ...'αβγδεζηλμνξπρστφχψωΓΔΘΛΣΦΨΩ²³⁻⁰₀₁−–…‖ᵀ∇×·′→←']) {
      const width = plex(character) ?? dejaVu(character)
      // The table has three decimals.
      const isKnown = width !== null && Math.abs(lineWidth(character, 1) - width) < 1e-3
      expect({ character, isKnown }).toEqual({ character, isKnown: true })
    }
  })
  it('adds up, in px, and gives accents no room', () => {
    expect(lineWidth('step', 20)).toBeCloseTo(20 * (0.487 + 0.351 + 0.549 + 0.58), 10)
    expect(lineWidth('f\u0303', 10)).toBe(lineWidth('f', 10))
  })
})
