import { describe, expect, it } from 'vitest'
import { bundleOption } from '#charts/bundleOption'
import { predictedLines } from '#charts/predictedLines'
import { linearScale } from '#charts/scale'
import { seriesOption, seriesReadout, type SeriesInput } from '#charts/seriesOption'
import { themes } from '#charts/theme'
import { toSvg } from '#charts/toSvg'
import { textOf } from './textOf'

const every = Float64Array.from({ length: 6001 }, (_, step) => step)

function input(values: readonly Float64Array[], changes: Partial<SeriesInput> = {}): SeriesInput {
  const curves = values.map((value, index) => ({
    label: `layer ${index + 1}`,
    name: `NC1, layer ${index + 1}`,
    steps: every.subarray(0, value.length),
    values: value,
    colour: { by: 'layer', index, count: values.length } as const,
  }))
  return { curves, yTitle: 'NC1 (dimensionless)', yScale: 'log', predicted: [], currentStep: null, ...changes }
}
function svgOf(given: SeriesInput): string {
  return toSvg(seriesOption(given, themes.print).option, { width: 140, height: 84, theme: 'print' })
}
const decay = (rate: number) => every.map((step) => Math.exp(-rate * step) + 1e-6)

describe('seriesOption', () => {
  it('says how many points of how many are drawn', () => {
    const [note] = seriesOption(input([decay(0.001)]), themes.print).notes
    const [, drawn] = /^(\d+) of 6001 points drawn$/.exec(note ?? '') ?? []
    expect(Number(drawn)).toBeGreaterThan(300)
    expect(Number(drawn)).toBeLessThan(2401)
  })

  it('counts values that have no place on the axis', () => {
    const { notes } = seriesOption(input([Float64Array.of(1, 0, -1, NaN, 0.5)]), themes.print)
    expect(notes).toEqual(['3 values ≤ 0 or not finite, not on the log axis'])
  })

  it('falls back to a linear axis where no value is positive, and says so', () => {
    const { notes } = seriesOption(input([Float64Array.of(0, -1, -2)]), themes.print)
    expect(notes).toEqual(['no positive value: shown on a linear axis'])
  })

  it('labels up to five curves at their ends, and of more layers the first and last', () => {
    const five = svgOf(input([1, 2, 3, 4, 5].map((rate) => decay(rate / 1000))))
    for (const label of ['layer 1', 'layer 3', 'layer 5']) expect(five).toContain(label)
    const seven = svgOf(input([1, 2, 3, 4, 5, 6, 7].map((rate) => decay(rate / 1000))))
    expect(seven).toContain('layer 1')
    expect(seven).toContain('layer 7')
    expect(seven).not.toContain('layer 4')
  })

  it('marks about a dozen points of a long curve, each where the curve has one', () => {
    const { curves, ...others } = input([decay(0.001)])
    const marked = curves.map((curve) => ({ ...curve, marker: 'rect' as const }))
    const series = [seriesOption({ ...others, curves: marked }, themes.print).option.series ?? []].flat()
    const markers = series.find((one) => one.type === 'scatter' && one.name === 'NC1, layer 1')
    const places: unknown[] = Array.isArray(markers?.data) ? markers.data : []
    expect(places.length).toBeGreaterThan(8)
    expect(places.length).toBeLessThan(16)
    for (const place of places) {
      const [x = NaN, y = NaN] = Array.isArray(place) ? place.map(Number) : []
      // One number is a logarithm of a step, the other of a value: 1e-9 is what their powers leave of 1e-16.
      if (x > 0) expect(10 ** y).toBeCloseTo(Math.exp(-0.001 * 10 ** x) + 1e-6, 9)
    }
  })

  it('draws predictions where they are, not rounded to hundredths', () => {
    const levels = [0.041, 0.042, 0.044].map((value) => ({ value, label: '' }))
    const svg = svgOf(input([Float64Array.of(0.04, 0.045)], { yScale: 'linear', predicted: levels }))
    const dashed = svg.match(/<path[^>]*stroke-dasharray[^>]*>/g) ?? []
    const heights = dashed.map((path) => Number(/ d="M[-\d.]+ ([-\d.]+)/.exec(path)?.[1]))
    const [low = NaN, middle = NaN, high = NaN] = heights
    // Lines lie on whole pixels, of which the highest and the lowest are about a hundred apart.
    expect((middle - low) / (high - low)).toBeCloseTo(1 / 3, 1)
  })

  it('draws a prediction dashed even where it lies outside the measured range', () => {
    const svg = svgOf(input([decay(0.001)], { predicted: [{ value: 1e-9, label: 'NC1*' }] }))
    expect(svg).toContain('predicted NC1* = 1·10⁻⁹')
    expect(svg).toContain('stroke-dasharray')
    expect(svgOf(input([decay(0.001)]))).not.toContain('stroke-dasharray')
  })

  it('reads out the value measured last at or before the chosen step', () => {
    const given = input([Float64Array.of(4, 2, 1)], { currentStep: 1.5, predicted: [{ value: 1, label: '' }] })
    expect(seriesReadout(given)).toBe('step 1: 2, predicted 1, error 1')
    expect(seriesReadout(input([decay(1), decay(2)]))).toBeNull()
  })
})

it('bundleOption leaves out bulk curves beyond a hundred or so and says so, never an outlier', () => {
  const records = [0, 1, 10].map((step) => ({ step, data: Float64Array.from({ length: 500 }, (_, i) => 1 / (i + 1)) }))
  const group = {
    label: 'ρ',
    colour: { by: 'group', index: 0 } as const,
    name: 'eigenvalue',
    records,
    outlierCount: 9,
    noiseLevel: null,
  }
  const { option, notes } = bundleOption(
    { groups: [group], yTitle: 'ρ (dimensionless)', yScale: 'log', predicted: [], currentStep: null },
    themes.light,
  )
  expect(notes[0]).toMatch(/^1\d\d of 500 components drawn$/)
  const svg = toSvg(option, { width: 84, height: 60, theme: 'light' })
  expect(svg.match(/stroke="#D55E00"/g)).toHaveLength(9)
})

it('bundleOption cuts the axis above rounding noise and counts what lies below', () => {
  const records = [1, 10, 100].map((step) => ({ step, data: Float64Array.of(2, 1e-3, 1e-17 * step) }))
  const group = { label: 'ρ', colour: { by: 'group', index: 0 } as const, records }
  const { option, notes } = bundleOption(
    {
      groups: [{ ...group, outlierCount: 1, noiseLevel: 1e-15 }],
      yTitle: 'ρ (dimensionless)',
      yScale: 'log',
      predicted: [],
      currentStep: null,
    },
    themes.light,
  )
  expect(notes).toEqual(['3 values below 1·10⁻¹⁵ of the largest: rounding noise, not drawn'])
  const words = textOf(toSvg(option, { width: 84, height: 60, theme: 'light' }))
  expect(words).toContain('10⁻³')
  expect(words).not.toMatch(/10⁻(¹[⁰-⁹]|[⁴-⁹])/)
})

it('predictedLines puts a label inside the plot, where no curve passes', () => {
  const area = { x: { from: 0, to: 1 }, y: { from: 0, to: 1 } }
  const placeOf = (value: number, points: number[][]) => {
    const { data } = predictedLines(themes.light, [{ value, label: '' }], linearScale, { ...area, points })
    const [line] = data ?? []
    return line && 'label' in line ? line.label?.position : undefined
  }
  expect(placeOf(0.5, [])).toBe('insideStartTop')
  expect(placeOf(0.99, [])).toBe('insideStartBottom')
  expect(placeOf(0.5, [[0.1, 0.55]])).toBe('insideStartBottom')
  expect(
    placeOf(0.5, [
      [0.1, 0.55],
      [0.1, 0.45],
    ]),
  ).toBe('insideMiddleTop')
})
