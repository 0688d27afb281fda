import { expect, it } from 'vitest'
import { noiseLevelOf, outlierCountOf } from '#charts/spectrumMeta'
import type { MeasuredRecord, Prediction, SpectrumMeta } from '#shared/records'

const vector: MeasuredRecord = {
  quantity: 'x',
  layer: null,
  step: 0,
  shape: [3],
  data: Float64Array.of(3, 2, 1),
  meta: null,
}
const spectrum = (theoryCount: number | null): MeasuredRecord => {
  const meta: SpectrumMeta = {
    matrix: 'full Hessian',
    dimension: 3,
    includesRegularisation: true,
    method: 'dense',
    complete: true,
    dtype: 'float64',
    theoryCount,
    products: null,
    maxResidual: null,
  }
  return { ...vector, meta: { ...meta } }
}
const prediction: Prediction = {
  quantity: 'x',
  layer: null,
  levels: [
    { value: 3, copies: 2, label: '' },
    { value: 0, copies: 1, label: '' },
  ],
  formula: '',
  source: '',
}

it('a spectrum knows its outlier count, also that theory names none', () => {
  expect(outlierCountOf(spectrum(1), 'spectrum', prediction)).toBe(1)
  expect(outlierCountOf(spectrum(null), 'spectrum', prediction)).toBeNull()
})

it('a spectrum without a count takes the levels that theory labels outliers, as long as they lead', () => {
  const level = (value: number, copies: number, label: string) => ({ value, copies, label })
  const levels = [level(0.1, 90, 'bulk'), level(0.9, 3, 'symmetric outliers'), level(0.8, 6, 'antisymmetric outliers')]
  expect(outlierCountOf(spectrum(null), 'spectrum', { ...prediction, levels })).toBe(9)
  const led = [...levels, level(1, 1, 'bulk')]
  expect(outlierCountOf(spectrum(null), 'spectrum', { ...prediction, levels: led })).toBeNull()
})

it('rounding noise begins where the precision ends; matrices have no such level', () => {
  expect(noiseLevelOf(spectrum(1), 'spectrum')).toBe(1e-15)
  const single = spectrum(1)
  expect(noiseLevelOf({ ...single, meta: { ...single.meta, dtype: 'float32' } }, 'spectrum')).toBe(1e-7)
  expect(noiseLevelOf(vector, 'matrix')).toBeNull()
})

it('another vector has as many outliers as theory predicts non-zero values; a matrix has none', () => {
  expect(outlierCountOf(vector, 'vector', prediction)).toBe(2)
  expect(outlierCountOf(vector, 'vector', null)).toBeNull()
  expect(outlierCountOf(vector, 'matrix', prediction)).toBeNull()
})

it('a vector of learned values leads with these; where all are alike, none leads', () => {
  const learned = (copies: number): Prediction => ({
    ...prediction,
    levels: [
      { value: 1, copies, label: 'learned', role: 'learned' },
      { value: 0.1, copies: 1, label: 'kept' },
    ],
  })
  expect(outlierCountOf(vector, 'vector', learned(1))).toBe(1)
  expect(outlierCountOf(vector, 'vector', learned(vector.data.length))).toBeNull()
})
