import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatBytes, formatDuration, formatNumber, formatPowersOfTen, formatTick } from '#charts/format'

describe('formatNumber', () => {
  it.each([
    [0.21537007, 5, '0.21537'],
    [0.2153700722, 10, '0.2153700722'],
    [2.1e-6, 1, '2·10⁻⁶'],
    [-2.5e-7, 5, '−2.5·10⁻⁷'],
    [1234567, 5, '1.2346·10⁶'],
    [6000, 12, '6000'],
    [999.996, 5, '1000'],
    [0, 5, '0'],
    [-0, 5, '0'],
    [NaN, 5, 'NaN'],
    [-Infinity, 5, '−∞'],
  ])('writes %d with %d digits as %s', (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text)
  })

  it('keeps five significant digits of every finite number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (value) => {
        const read = readBack(formatNumber(value))
        // Half a unit of the fifth digit, and rounding of the decimal itself.
        expect(Math.abs(read - value)).toBeLessThanOrEqual(5.0001e-5 * Math.abs(value))
      }),
    )
  })
})

it('labels ticks with the decimals of their spacing and powers of ten with exponents', () => {
  expect(formatTick(-0.5, 0.5)).toBe('−0.5')
  expect(formatTick(1, 0.25)).toBe('1.0')
  expect(formatTick(3e-7, 1e-7)).toBe('3·10⁻⁷')
  expect(formatPowersOfTen([-2, 0, 3])).toEqual(['0.01', '1', '1000'])
  expect(formatPowersOfTen([-3, -1, 0])).toEqual(['10⁻³', '10⁻¹', '10⁰'])
})

it('writes durations in their two largest units', () => {
  expect([0.42, 7.25, 59.7, 125, 119.6, 3600, 11_550, 180_000].map(formatDuration)).toEqual([
    '0.4 s',
    '7.3 s',
    '1 min',
    '2 min 5 s',
    '2 min',
    '1 h',
    '3 h 13 min',
    '2 d 2 h',
  ])
  expect(formatDuration(Infinity)).toBe('unknown')
})

it('writes sizes in decimal units', () => {
  expect([512, 1500, 999_999, 2.34e9].map(formatBytes)).toEqual(['512 B', '1.5 kB', '1 MB', '2.3 GB'])
})

function readBack(text: string): number {
  const plain = text.replaceAll('−', '-')
  const [mantissa = '', exponent] = plain.split('·10')
  const digits = [...(exponent ?? '')].map((character) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(character))
  const power = digits.map((digit) => (digit === 0 ? '-' : String(digit - 1))).join('')
  return Number(exponent === undefined ? mantissa : `${mantissa}e${power}`)
}
