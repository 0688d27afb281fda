import { describe, expect, it } from 'vitest'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { analyseOperator, externalOperator } from '#main/probes/analyseOperator'
import { makeOperator } from '#main/probes/operators/index'
import { matrixOperator } from '#main/spectra/index'
import { LINEAR_MSE, withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { dncParameters } from '#main/systems/deep-ufm/dncParameters'
import { expandLevels, fullHessianLevels, layerHessianLevels } from '#main/systems/deep-ufm/spectra'
import { collapsedSolution } from '#main/systems/deep-ufm/theory'
import { spectrumMetaOf } from '#charts/spectrumMeta'
import { expectClose } from '../../helpers/expectClose'

const signal = new AbortController().signal
const config = uniformConfig({ K: 3, n: 5, depth: 3, width: 10, lambda: 5e-3 })
const solution = collapsedSolution(config)!
const state = { config, variant: LINEAR_MSE, parameters: dncParameters(config, solution.singularValues) }
const base = { dtype: 'float64', signal } as const

describe('analyseOperator', () => {
  it('takes the exact route where there is one, with copies and counts by every rule', async () => {
    await withSnapshot(state, async (snapshot) => {
      const predicted = layerHessianLevels(config, solution, 2, 'data')
      const { eigenvalues, meta, stopped } = await analyseOperator(
        await makeOperator(snapshot, 'layerHessian', { layer: 2 }),
        { ...base, predicted },
      )
      expect(stopped).toBe('done')
      expectClose(eigenvalues, expandLevels(predicted), { atol: 1e-14 })
      expect(meta).toMatchObject({ method: 'kronecker', complete: true, dimension: 100, theoryCount: 9 })
      expect(meta.copies!.map(({ found, predicted: copies }) => [found, copies])).toEqual([[9, 9], [91, 91]]) // prettier-ignore
      expect(meta.counts!.map(({ rule, count }) => [rule, count])).toEqual([
        ['theory', 9],
        ['largestGap', 9],
        ['logRatio', 9],
        ['robustThreshold', 9],
      ])
      // What is stored must be readable by what shows it.
      const record = { quantity: 'x', layer: 2, step: 0, shape: [100], data: eigenvalues, meta: { ...meta } }
      expect(spectrumMetaOf(record)).toMatchObject({ method: 'kronecker' })
      expect(JSON.parse(JSON.stringify(meta))).toEqual(meta)
    })
  })

  it('gives the same by iteration, at both ends, with eigenvectors and residuals', async () => {
    await withSnapshot(state, async (snapshot) => {
      const operator = await makeOperator(snapshot, 'hessian', { parameters: ['W1', 'W2', 'W3'] })
      const predicted = fullHessianLevels(config, solution, 'weights')
      const all = expandLevels(predicted)
      const dense = await analyseOperator(operator, { ...base, predicted })
      expect(dense.meta).toMatchObject({ method: 'dense', complete: true })
      const iterated = await analyseOperator(operator, { ...base, method: 'lanczos', predicted, bottom: 3 })
      expectClose(iterated.eigenvalues, all.slice(0, iterated.eigenvalues.length), { atol: 1e-12 })
      expectClose(iterated.bottom, all.slice(-3).reverse(), { atol: 1e-12 })
      expect(iterated.meta).toMatchObject({ method: 'lanczos', complete: false })
      expect(iterated.meta.maxResidual!).toBeLessThan(1e-8)
      expect(iterated.vectors).toHaveLength(20)
      expect(iterated.meta.copies!.slice(0, 2)).toMatchObject([{ found: 3, predicted: 3 }, { found: 6, predicted: 6 }]) // prettier-ignore
      expect(iterated.meta.counts!.map(({ rule }) => rule)).toEqual(['theory', 'largestGap'])
    })
  })

  it('keeps what has converged when cut off, and goes on from there', async () => {
    await withSnapshot(state, async (snapshot) => {
      const operator = await makeOperator(snapshot, 'hessian')
      const options = { ...base, method: 'lanczos', top: 12 } as const
      const whole = await analyseOperator(operator, options)
      const cut = await analyseOperator(operator, { ...options, maxProducts: 25 })
      expect(cut.stopped).toBe('products')
      // Every value is an eigenvalue, but copies are missing, and nothing is said about their number.
      const all = expandLevels(fullHessianLevels(config, solution, 'all'))
      for (const value of cut.eigenvalues) expect(Math.min(...all.map((e) => Math.abs(e - value)))).toBeLessThan(1e-12)
      expect(cut.meta.copies).toBeUndefined()
      expect(cut.meta.counts).toBeUndefined()
      expect(whole.meta.copies![0]).toMatchObject({ found: 3 })
      const resumed = await analyseOperator(operator, { ...options, resume: cut.state! })
      expect(resumed).toEqual(whole)
    })
  })

  it('takes a matrix from outside', async () => {
    const X = matrix(700, 3, random(1, 'outside').normal(2100))
    const rank3 = matrix(700, 700)
    for (let i = 0; i < 700; i++) for (let j = 0; j < 700; j++) for (let k = 0; k < 3; k++) rank3.data[i * 700 + j]! += X.data[i * 3 + k]! * X.data[j * 3 + k]! // prettier-ignore
    const operator = externalOperator(matrixOperator(rank3), 'covariance.npy')
    const { eigenvalues, meta } = await analyseOperator(operator, { ...base, top: 5 })
    expect(meta).toMatchObject({ matrix: 'covariance.npy', method: 'lanczos', theoryCount: null })
    expectClose(eigenvalues.reduce((sum, value) => sum + value, 0), X.data.reduce((sum, x) => sum + x * x, 0), { rtol: 1e-10 }) // prettier-ignore
    expect(() => externalOperator(operator, ' ')).toThrow(/name/)
  })
})
