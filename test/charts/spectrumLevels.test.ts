import { describe, expect, it } from 'vitest'
import { groupEigenvalues, matchLevels, spectrumReadout } from '#charts/spectrumLevels'
import type { Prediction } from '#shared/records'

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

it('spectrumReadout says copies, value, prediction and error', () => {
  expect(spectrumReadout(Float64Array.of(2, 2, 2.000004, 0, 0).sort().reverse(), prediction)).toBe(
    '3 × 2, predicted 2, error 2·10⁻⁶; 2 × 0, predicted 0, error 0',
  )
  expect(spectrumReadout(Float64Array.of(1), null)).toBeNull()
})
