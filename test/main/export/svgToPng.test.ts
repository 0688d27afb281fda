import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { safeFileName } from '#main/export/safeFileName'
import { specHash } from '#main/export/specHash'
import { svgToPng } from '#main/export/svgToPng'
import { parseRunSpec } from '#shared/spec'

const fontsDirectory = resolve('resources/fonts')
const svg =
  '<svg width="317.48" height="226.77" xmlns="http://www.w3.org/2000/svg"><rect width="50" height="50"/></svg>'

it.each([
  [72, 238, 170],
  [300, 992, 709],
  [601, 1988, 1420],
])('has the size in mm at %d dpi: %d × %d pixels', (dpi, width, height) => {
  const png = Buffer.from(svgToPng(svg, { dpi, fontsDirectory }))
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, height])
})

it('draws the letters of the bundled font', () => {
  const withText = svg.replace('</svg>', '<text x="100" y="100" font-family="IBM Plex Sans">λ σ 0.21537</text></svg>')
  const options = { dpi: 96, fontsDirectory }
  expect(svgToPng(withText, options).length).toBeGreaterThan(svgToPng(svg, options).length + 200)
})

it('refuses what it cannot draw, and says what is expected', async () => {
  expect(() => svgToPng(svg, { dpi: 0, fontsDirectory })).toThrow(/got 0 dpi, expected a number from 24 to 2400/)
  expect(() => svgToPng('<svg>', { dpi: 96, fontsDirectory })).toThrow(/width and a height/)
  const empty = await mkdtemp(join(tmpdir(), 'fonts-'))
  expect(() => svgToPng(svg, { dpi: 96, fontsDirectory: empty })).toThrow(/no \.ttf or \.otf file.*Install/)
  await rm(empty, { recursive: true })
  expect(() => svgToPng(svg, { dpi: 96, fontsDirectory: empty })).toThrow(/cannot be read/)
})

it.each([
  ['layer-hessian', 'layer-hessian'],
  ['../../x', 'x'],
  ['λ = 5/6 "a"', '5-6-a'],
  ['..', 'unnamed'],
  ['CON.svg', '_CON.svg'],
])('makes a safe file name of %s', (given, expected) => {
  expect(safeFileName(given)).toBe(expected)
})

it('specHash depends on the values, not on their order or on the name', () => {
  const a = parseRunSpec({ system: 'deep-ufm', params: { K: 3, n: 5 }, name: 'first' })
  const b = parseRunSpec({ params: { n: 5, K: 3 }, system: 'deep-ufm' })
  expect(specHash(a)).toBe(specHash(b))
  expect(specHash(parseRunSpec({ system: 'deep-ufm', params: { K: 4, n: 5 } }))).not.toBe(specHash(a))
})
