import { describe, expect, it } from 'vitest'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { analyseOperator } from '#main/probes/analyseOperator'
import { behindEachOther, packSearch, unpackSearch, type AnalysisSearch } from '#main/probes/analysisSearch'
import { externalOperator } from '#main/probes/externalOperator'
import { makeOperator } from '#main/probes/operators/index'
import { matrixOperator } from '#main/spectra/index'
import { LINEAR_MSE, withSnapshot } from '#main/systems/deep-ufm/claims/withTraining'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { dncParameters } from '#main/systems/deep-ufm/dncParameters'
import { expandLevels, fullHessianLevels, layerHessianLevels } from '#main/systems/deep-ufm/spectra'
import { collapsedSolution } from '#main/systems/deep-ufm/theory'
import { spectrumMetaOf } from '#charts/spectrumMeta'
import { bulkDensity } from '#shared/bulkDensity'
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
      const resumed = await analyseOperator(operator, { ...options, resume: cut.search! })
      expect(resumed).toEqual(whole)
    })
  })

  it('checks what the exact and the dense routes found by products of the operator', async () => {
    await withSnapshot(state, async (snapshot) => {
      const layer = await analyseOperator(await makeOperator(snapshot, 'layerHessian', { layer: 2 }), base)
      // Nine eigenvectors belong to values that are not zero; each was checked with the general route.
      expect(layer.residuals).toHaveLength(9)
      expect(layer.meta).toMatchObject({ method: 'kronecker', products: 9 })
      const dense = await analyseOperator(await makeOperator(snapshot, 'hessian'), base)
      expect(dense.residuals).toHaveLength(380)
      const moment = await analyseOperator(await makeOperator(snapshot, 'gradientMoment', { parameters: ['W1', 'W2'] }), { ...base, vectors: true }) // prettier-ignore
      expect(moment.meta.method).toBe('gram')
      expect(moment.vectors.length).toBeGreaterThan(0)
      for (const { meta } of [layer, dense, moment]) {
        expect(meta.maxResidual!).toBeLessThan(1e-13)
        expect(meta.orthogonalityDefect!).toBeLessThan(1e-12)
      }
    })
  })

  it('finds no outliers in what is only rounding of a difference', async () => {
    await withSnapshot(state, async (snapshot) => {
      const operator = await makeOperator(snapshot, 'gaussNewtonWithin', { layer: 2 })
      const predicted = [{ value: 0, copies: 100, label: 'bulk' }]
      const { meta } = await analyseOperator(operator, { ...base, predicted })
      expect(meta.counts!.map(({ count }) => count)).toEqual([0, 0, 0])
      expect(meta.copies).toMatchObject([{ found: 100, predicted: 100 }])
    })
  })

  it('counts above the Marchenko-Pastur edge only where the matrix is a covariance', async () => {
    const [d, N] = [60, 240]
    const stream = random(5, 'samples')
    const covariance = (spike: number) => {
      const X = matrix(d, N, stream.normal(d * N))
      for (let j = 0; j < N; j++) X.data[j]! *= Math.sqrt(spike)
      const S = matrix(d, d)
      for (let i = 0; i < d; i++) for (let k = 0; k < d; k++) for (let j = 0; j < N; j++) S.data[i * d + k]! += (X.data[i * N + j]! * X.data[k * N + j]!) / N // prettier-ignore
      return matrixOperator(S)
    }
    const rules = async (spike: number, samples: number | null) => {
      const { meta } = await analyseOperator(externalOperator(covariance(spike), 'S', { samples }), base)
      return Object.fromEntries(meta.counts!.map(({ rule, count }) => [rule, count]))
    }
    // BBP: a variance above 1 + √γ = 1.5 leaves the bulk.
    expect(await rules(4, N)).toMatchObject({ marchenkoPastur: 1 })
    expect(await rules(4, null)).not.toHaveProperty('marchenkoPastur')
  })

  it('resolves the bulk by quadrature without the pairs that it found, from all of them where all are known', async () => {
    await withSnapshot(state, async (snapshot) => {
      const operator = await makeOperator(snapshot, 'hessian')
      const all = expandLevels(fullHessianLevels(config, solution, 'all'))
      const dense = await analyseOperator(operator, base)
      const exact = bulkDensity({ ...dense, quadrature: null }, 9)!
      expect(exact.count).toBe(371)
      const options = { ...base, method: 'lanczos', top: 20, density: { probes: 30, steps: 40 } } as const
      const estimated = await analyseOperator(operator, options)
      const { quadrature } = estimated.meta
      expect(quadrature).toMatchObject({ dimension: 360, nodes: expect.any(Array) })
      const trace = all.reduce((sum, e) => sum + e, 0)
      expect(Math.abs(quadrature!.trace.value - trace)).toBeLessThan(4 * quadrature!.trace.standardError!)
      const { probes } = estimated
      const stored = {
        nodes: behindEachOther(probes.map(({ nodes }) => nodes)),
        weights: behindEachOther(probes.map(({ weights }) => weights)),
      }
      // The same bulk under either count of outliers, without another product: 0.22 is in it or apart.
      for (const outliers of [9, 15]) {
        const bulk = bulkDensity({ ...estimated, quadrature: stored }, outliers)!
        expect(bulk.count).toBe(380 - outliers)
        const width = bulk.grid[1]! - bulk.grid[0]!
        expectClose(bulk.density.reduce((sum, x) => sum + x, 0) * width, 1, { atol: 1e-3 })
        expect(bulk.grid.at(-1)!).toBeLessThan(0.3)
      }
    })
  })

  it('goes on with the probes that are missing where the density was cut off', async () => {
    await withSnapshot(state, async (snapshot) => {
      const operator = await makeOperator(snapshot, 'hessian')
      const options = { ...base, method: 'lanczos', top: 12, density: { probes: 3, steps: 20 } } as const
      let searches = 0
      const whole = await analyseOperator(operator, { ...options, onStep: () => searches++ })
      expect(searches).toBeGreaterThan(3)
      const stop = new AbortController()
      const onProgress = ({ products }: { products: number }) => {
        if (products >= whole.meta.products! - 2) stop.abort()
      }
      const cut = await analyseOperator(operator, { ...options, signal: stop.signal, onProgress })
      expect([cut.stopped, cut.search?.phase]).toEqual(['cancelled', 'density'])
      expect(cut.eigenvalues).toEqual(whole.eigenvalues)
      expect(cut.probes.map(({ stopped }) => stopped)).toEqual(['breakdown', 'breakdown', 'cancelled'])
      const packed = packSearch(cut.search!, operator.n)
      const kept: AnalysisSearch = unpackSearch({ ...packed, facts: JSON.parse(JSON.stringify(packed.facts)) })
      expect(await analyseOperator(operator, { ...options, resume: kept })).toEqual(whole)
      expect(() => unpackSearch({ ...packed, arrays: {} })).toThrow(/"values" is missing/)
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
