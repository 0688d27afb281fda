import { describe, expect, it } from 'vitest'
import { groupEigenvalues, matchLevels, measuredReadout, predictionReadout } from '#charts/spectrumLevels'
import type { Prediction, SpectrumMeta } from '#shared/records'

const levels = [
  { value: 0, copies: 2, label: '' },
  { value: 2, copies: 3, label: 'ρ' },
]
const prediction: Prediction = { quantity: 'hessian', layer: null, levels, formula: '', source: '' }

describe('groupEigenvalues', () => {
  it('joins values that agree within the tolerance', () => {
    // Powers of two, so that the means are exact.
    expect(groupEigenvalues(Float64Array.of(2 + 2 ** -10, 2, 1, -1, -1 - 2 ** -10), 1e-3)).toEqual([
      { value: 2 + 2 ** -11, copies: 2 },
      { value: 1, copies: 1 },
      { value: -1 - 2 ** -11, copies: 2 },
    ])
  })

  it('does not split rounding noise around zero', () => {
    expect(groupEigenvalues(Float64Array.of(1, 1e-17, 0, -1e-17), 1e-3, 1e-8).map((group) => group.copies)).toEqual([
      1, 3,
    ])
  })

  it('has no groups without eigenvalues', () => {
    expect(groupEigenvalues(new Float64Array(), 1e-3)).toEqual([])
  })
})

describe('matchLevels', () => {
  it('matches by rank and reports the worst error, absolute for a prediction of 0', () => {
    const [top, bottom] = matchLevels(Float64Array.of(2.02, 2, 2, 1e-9, 0), levels)
    expect(top).toMatchObject({ predicted: 2, copies: 3, measured: { copies: 3 } })
    expect(top?.error).toBeCloseTo(0.01, 12)
    expect(bottom).toMatchObject({ predicted: 0, error: 1e-9 })
  })

  it('leaves out levels that the list does not reach in full', () => {
    expect(matchLevels(Float64Array.of(2, 2, 2, 0), levels)).toHaveLength(1)
    expect(matchLevels(Float64Array.of(2, 2), levels)).toEqual([])
  })
})

it('predictionReadout says copies, value, prediction and error', () => {
  expect(predictionReadout(Float64Array.of(2, 2, 2.000004, 0, 0).sort().reverse(), prediction)).toBe(
    '3 × 2, predicted 2, error 2·10⁻⁶\n2 × 0, predicted 0, error 0',
  )
  expect(predictionReadout(Float64Array.of(1), null)).toBeNull()
})

it('predictionReadout lists what theory calls outliers and sums up the rest', () => {
  const labelled: Prediction['levels'] = [
    { value: 2, copies: 1, label: 'symmetric outliers', role: 'outlier' },
    { value: 1, copies: 1, label: 'bulk' },
    { value: 0, copies: 2, label: 'zeros' },
  ]
  expect(predictionReadout(Float64Array.of(2, 1.5, 0, 0), { ...prediction, levels: labelled })).toBe(
    '1 × 2, predicted 2, error 0\n2 further levels, largest error 0.5',
  )
})

it('measuredReadout says where the theory count ends, and how much of the spectrum is known', () => {
  const meta: SpectrumMeta = {
    matrix: 'layer Hessian',
    dimension: 4453,
    includesRegularisation: false,
    method: 'lanczos',
    complete: false,
    dtype: 'float64',
    theoryCount: 2,
    products: 90,
    maxResidual: 1e-9,
  }
  const known = Float64Array.of(4, 3, 0.5, 0.25)
  expect(measuredReadout(known, meta)).toBe('2 outliers by theory count: 4 … 3\nthen 0.5 … 0.25, largest 4 of 4453')
  expect(measuredReadout(known, { ...meta, theoryCount: null })).toBe('4 … 0.25, largest 4 of 4453')
})
