import { describe, expect, it } from 'vitest'
import { profileFit, profileOption, profileReadout, type ProfileInput } from '#charts/profileOption'
import { themes } from '#charts/theme'
import { toSvg } from '#charts/toSvg'
import { expectClose } from '../helpers/expectClose'
import { textOf } from './textOf'

/** D_l = 13.5 · 0.02^l behind 0 … 4 layers, with the prediction 5 % steeper. */
const layers = [1, 2, 3, 4, 5]
const input: ProfileInput = {
  layers,
  values: Float64Array.from(layers, (layer) => 13.5 * 0.02 ** (layer - 1)),
  predicted: layers.map((layer) => ({ layer, value: 13.5 * 0.019 ** (layer - 1) })),
  fittedFrom: 1,
  yTitle: 'separation D_l (dimensionless)',
  yScale: 'log',
}

describe('the line of a profile', () => {
  it('is a constant factor on a log axis', () => {
    const fit = profileFit(input)!
    // Logarithms of numbers of size 1: rounding of about 1e-16 times five terms.
    expectClose(fit.slope, Math.log(0.02), { rtol: 1e-13 })
    expectClose(fit.correlation, -1, { rtol: 1e-13 })
  })
  it('begins where the definition says, on a linear axis as on a log one', () => {
    const linear = {
      ...input,
      values: Float64Array.of(9, 0.1, 0.2, 0.3, 0.4),
      yScale: 'linear',
      fittedFrom: 2,
    } as const
    const fit = profileFit(linear)!
    expect(fit.layers).toEqual([2, 3, 4, 5])
    expectClose(fit.slope, 0.1, { rtol: 1e-13 })
  })
  it('is left out where none is wanted, and where three points, or the layers between, are missing', () => {
    expect(profileFit({ ...input, fittedFrom: null })).toBeNull()
    expect(profileFit({ ...input, layers: [1, 2], values: Float64Array.of(2, 1) })).toBeNull()
    expect(profileFit({ ...input, layers: [1, 2, 4], values: Float64Array.of(3, 2, 1) })).toBeNull()
    expect(profileFit({ ...input, values: new Float64Array(5).fill(1) })).toBeNull()
    expect(profileReadout({ ...input, values: new Float64Array(5).fill(1) })).toBeNull()
  })
})

describe('profileReadout', () => {
  it('says slope, factor and correlation, and the slope that theory has', () => {
    expect(profileReadout(input)).toBe(
      'slope of the logarithm −3.912 a layer (factor 0.02), correlation −1 over layers 1–5\n' +
        'predicted slope −3.9633, error 1·10⁻²'.replace('1·10⁻²', '0.01'),
    )
  })
})

describe('profileOption', () => {
  it('draws points over layers, with theory beside them', () => {
    const svg = toSvg(profileOption(input, themes.print).option, { width: 120, height: 80, theme: 'print' })
    for (const words of ['layer l', 'predicted', '5']) expect(textOf(svg)).toContain(words)
  })
  it('counts values that a log axis cannot show', () => {
    const { notes } = profileOption({ ...input, values: Float64Array.of(1, 0.1, 0.01, 0, 0) }, themes.light)
    expect(notes.join()).toContain('2 values ≤ 0')
  })
})
