import { describe, expect, it } from 'vitest'
import { predictionRows } from '../../src/renderer/components/predictionRows'
import { predictions, quantities } from './fixtures/systems'

describe('predictionRows', () => {
  const rows = predictionRows(predictions, quantities)

  it('says once what holds for several layers', () => {
    const hessian = rows.filter((row) => row.name.includes('layer Hessian'))
    expect(hessian.map((row) => row.name)).toEqual([
      'eigenvalues of the layer Hessian, layers 1–2',
      'eigenvalues of the layer Hessian, layer 3',
    ])
    expect(hessian[0]).toMatchObject({ level: 'outliers', value: '0.2153700722', copies: 9 })
  })
  it('gives every level its row, and words only to the first', () => {
    const at = rows.findIndex((row) => row.name.includes('weights Hessian'))
    const levels = rows.slice(at, at + 5)
    expect(levels.map((row) => row.copies)).toEqual([3, 6, 12, 119, 90])
    expect(levels.slice(1).every((row) => row.name === '' && row.formula === '')).toBe(true)
  })
  it('has a key of its own for every row', () => {
    expect(new Set(rows.map((row) => row.key)).size).toBe(rows.length)
  })
})

it('joins levels of one value, with all their copies', () => {
  const levels = [
    { value: 0, copies: 3, label: 'zeros' },
    { value: 0, copies: 4, label: 'gauge freedom at interface 1' },
    { value: 0, copies: 5, label: 'gauge freedom at interface 2' },
  ]
  const prediction = { quantity: 'weightsHessian', layer: null, levels, formula: '', source: '' }
  expect(predictionRows([prediction], quantities)).toMatchObject([
    { level: 'zeros; gauge freedom at interface 1, 2', value: '0', copies: 12 },
  ])
})
