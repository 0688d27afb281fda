import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearScale, logScale, niceSpacing, symlogScale } from '#charts/scale'

const sizes = fc.double({ noNaN: true, min: -1e12, max: 1e12 })

describe('symlogScale', () => {
  it('goes there and back for values of both signs', () => {
    fc.assert(
      fc.property(sizes, fc.double({ noNaN: true, min: 1e-9, max: 1e3 }), (value, threshold) => {
        const { forward, inverse } = symlogScale(threshold)
        // The position is rounded to 2⁻⁵³ of at most 22 decades; the exponential turns that into 1e-14 relative.
        expect(Math.abs(inverse(forward(value)) - value)).toBeLessThanOrEqual(
          1e-13 * Math.max(Math.abs(value), threshold),
        )
      }),
    )
  })

  it('keeps order and sign', () => {
    const { forward } = symlogScale(1e-4)
    fc.assert(
      fc.property(sizes, sizes, (a, b) => {
        expect(Math.sign(forward(a))).toBe(Math.sign(a))
        if (a < b) expect(forward(a)).toBeLessThanOrEqual(forward(b))
      }),
    )
  })

  it('labels zero and powers of ten on both sides, in order', () => {
    const scale = symlogScale(1e-3)
    const { major, minor } = scale.ticks(scale.forward(-1), scale.forward(1))
    expect(major.map((tick) => tick.label)).toEqual(['−1', '−0.01', '0', '0.01', '1'])
    expect(minor.map((position) => Math.round(scale.inverse(position) * 1e3) / 1e3)).toEqual([-0.001, 0.001, -0.1, 0.1])
  })

  it('labels every decade that is clear of zero where only the margin of the axis reaches beyond zero', () => {
    const scale = symlogScale(1)
    const { major } = scale.ticks(-0.15, scale.forward(2000))
    expect(major.map((tick) => tick.label)).toEqual(['0', '10', '100', '1000'])
  })
})

describe('logScale', () => {
  it('has no position for zero and negatives', () => {
    expect([1e-3, 0, -1].map(logScale.forward)).toEqual([-3, NaN, NaN])
  })

  it('has a labelled tick per decade and eight minor ticks between', () => {
    const { major, minor } = logScale.ticks(-2, 1)
    expect(major).toEqual([
      { position: -2, label: '0.01' },
      { position: -1, label: '0.1' },
      { position: 0, label: '1' },
      { position: 1, label: '10' },
    ])
    expect(minor).toHaveLength(24)
  })

  it('skips labels, not ticks, over many decades', () => {
    const { major, minor } = logScale.ticks(-15, 0)
    expect(major.map((tick) => tick.label)).toEqual(['10⁻¹⁵', '10⁻¹²', '10⁻⁹', '10⁻⁶', '10⁻³', '10⁰'])
    expect(minor).toContain(-14)
  })

  it('labels plain numbers within a decade', () => {
    const { major } = logScale.ticks(Math.log10(0.2), Math.log10(0.7))
    expect(major.map((tick) => tick.label)).toEqual(['0.2', '0.3', '0.4', '0.5', '0.6', '0.7'])
  })
})

it('cuts a linear axis at round numbers inside the range', () => {
  const { major } = linearScale.ticks(-0.1, 1.04)
  expect(major.map((tick) => tick.label)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0'])
  fc.assert(
    fc.property(sizes, fc.double({ noNaN: true, min: 1e-6, max: 1e6 }), (from, length) => {
      const ticks = linearScale.ticks(from, from + length).major
      const spacing = niceSpacing(length, 5)
      expect(ticks.length).toBeLessThanOrEqual(9)
      for (const { position } of ticks) expect(position).toBeGreaterThanOrEqual(from - spacing * 1e-3)
    }),
  )
})
