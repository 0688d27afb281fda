import { describe, expect, it } from 'vitest'
import { random } from '#main/compute/rng/random'
import { groupDegenerate } from '#main/spectra/groupDegenerate'
import { topEigenpairs } from '#main/spectra/topEigenpairs'
import { expectClose } from '../../helpers/expectClose'
import { counted, diagonalOperator, residualOf, rotatedOperator } from './operators'

const P = 230
const seeds = Array.from({ length: 10 }, (_, seed) => seed)

/** The weights-only Hessian of configuration S at the collapsed solution: theory note 01, sections 5.4 and C5. */
const collapsed = Float64Array.from({ length: P }, (_, i) => {
  if (i < 3) return 0.661110216743
  if (i < 9) return 0.641110216743
  return i < 9 + 48 ? 0 : i < 9 + 48 + 54 ? 0.01 : 0.005
})

describe('topEigenpairs', () => {
  it.each(seeds)('counts 3 + 6 outliers of a degenerate spectrum in at most 60 products, start %i', async (seed) => {
    const operator = counted(rotatedOperator(collapsed, seed))
    const result = await topEigenpairs(operator, { count: 9, seed })
    const values = result.pairs.map((p) => p.value)
    expect(result.stopped).toBe('done')
    expect(groupDegenerate(values, 1e-9).map((g) => g.copies)).toEqual([3, 6])
    // ‖H‖ = 0.66 and a few dozen roundings.
    expectClose(values, collapsed.subarray(0, 9), { atol: 1e-13 })
    expect(result.products).toBe(operator.products)
    expect(result.products).toBeLessThanOrEqual(60)
    expect(result.orthogonalityDefect).toBeLessThan(1e-13)
    for (const { value, vector, residual, converged } of result.pairs) {
      expect(converged).toBe(true)
      expectClose(await residualOf(operator, value, vector), residual, { atol: 1e-14 })
    }
  })

  it.each(seeds)('counts 6 + 3 the other way round, start %i', async (seed) => {
    const values = collapsed.map((e, i) => (i < 6 ? 0.6611 : i < 9 ? 0.6411 : e))
    const result = await topEigenpairs(rotatedOperator(values, seed), { count: 9, seed })
    expect(groupDegenerate(result.pairs.map((p) => p.value), 1e-9).map((g) => g.copies)).toEqual([6, 3]) // prettier-ignore
    expect(result.products).toBeLessThanOrEqual(60)
  })

  it.each(seeds)('separates outliers that training has left 1e-5 apart, start %i', async (seed) => {
    const u = random(seed, 'perturbation').normal(P)
    const values = collapsed.map((e, i) => e + 3e-6 * u[i]!)
    const result = await topEigenpairs(rotatedOperator(values, seed), { count: 9, seed })
    expectClose(result.pairs.map((p) => p.value), values.toSorted().reverse().subarray(0, 9), { atol: 1e-12 }) // prettier-ignore
    expect(result.products).toBeLessThanOrEqual(70)
  })

  it('finds multiplicities in the middle of a spread-out spectrum', async () => {
    const values = Float64Array.from({ length: 120 }, (_, i) => (i < 4 ? 2 : i < 6 ? 1.7 : Math.sin(i)))
    const result = await topEigenpairs(rotatedOperator(values), { count: 7 })
    expectClose(result.pairs.map((p) => p.value), values.toSorted().reverse().subarray(0, 7), { atol: 1e-12 }) // prettier-ignore
    expect(result.pairs.every((p) => p.converged)).toBe(true)
  })

  it('finds the bottom, ascending', async () => {
    const values = [-3, -3, -1, 0, 0, 0, 2, 5, 5, 9]
    const result = await topEigenpairs(rotatedOperator(values), { count: 4, end: 'bottom' })
    expectClose(result.pairs.map((p) => p.value), [-3, -3, -1, 0], { atol: 1e-13 }) // prettier-ignore
  })

  it.each([
    ['a full count', [4, 4, 1, 0, -2]],
    ['one dimension', [-7]],
    ['the zero operator', [0, 0, 0]],
    ['a multiple of the identity', [3, 3, 3, 3]],
    ['a rank-one operator', [0, 0, 5, 0, 0]],
  ])('returns all eigenvalues of %s', async (_, values) => {
    const result = await topEigenpairs(diagonalOperator(values), { count: values.length })
    expect(result.stopped).toBe('done')
    expectClose(result.pairs.map((p) => p.value), Float64Array.from(values).sort().reverse(), { atol: 1e-13 }) // prettier-ignore
    expect(result.pairs.every((p) => p.converged)).toBe(true)
  })

  it('converges through restarts when the basis is small', async () => {
    const values = Float64Array.from({ length: 300 }, (_, i) => 1 - (i / 300) ** 2)
    const result = await topEigenpairs(rotatedOperator(values), { count: 2, maxBasis: 40, maxProducts: 2000 })
    expect(result.stopped).toBe('done')
    expectClose(result.pairs.map((p) => p.value), values.subarray(0, 2), { atol: 1e-10 }) // prettier-ignore
  })

  it('reports what has not converged', async () => {
    const values = Float64Array.from({ length: 500 }, (_, i) => 1 - i / 500)
    const result = await topEigenpairs(rotatedOperator(values), { count: 5, maxProducts: 25 })
    expect(result.stopped).toBe('products')
    expect(result.products).toBeLessThanOrEqual(25)
    expect(result.pairs).toHaveLength(5)
    expect(result.pairs.some((p) => !p.converged && p.residual > 1e-8)).toBe(true)
    expectClose(result.pairs[0]!.value, 1, { atol: 0.01 })
  })

  it('keeps locked pairs when cancelled', async () => {
    const controller = new AbortController()
    const result = await topEigenpairs(rotatedOperator(collapsed), {
      count: 9,
      signal: controller.signal,
      onProgress: ({ converged }) => void (converged >= 4 && controller.abort()),
    })
    expect(result.stopped).toBe('cancelled')
    const sure = result.pairs.filter((p) => p.converged).map((p) => p.value)
    expect(sure.length).toBeGreaterThanOrEqual(4)
    expectClose(sure[0]!, collapsed[0]!, { atol: 1e-13 })
    controller.abort()
    const none = await topEigenpairs(diagonalOperator([1, 2]), { count: 1, signal: controller.signal })
    expect(none).toMatchObject({ stopped: 'cancelled', pairs: [], products: 0 })
  })

  it('gives the same numbers for the same seed', async () => {
    const run = () => topEigenpairs(rotatedOperator(collapsed), { count: 9, seed: 5 })
    expect(await run()).toEqual(await run())
  })

  it('refuses a count that the operator does not have', async () => {
    await expect(topEigenpairs(diagonalOperator([1, 2]), { count: 3 })).rejects.toThrow(/count is 3.*1 to 2/)
  })
})
