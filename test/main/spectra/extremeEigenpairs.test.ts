import { afterEach, describe, expect, it } from 'vitest'
import { useHostBlas } from '#main/compute/linalg/index'
import { random } from '#main/compute/rng/random'
import { extremeEigenpairs, type ExtremeEigenpairsOptions } from '#main/spectra/extremeEigenpairs'
import { groupDegenerate } from '#main/spectra/groupDegenerate'
import { asFloat64 } from '#main/spectra/storedVectors'
import { blasRoutes } from '../../helpers/blasRoutes'
import { expectClose } from '../../helpers/expectClose'
import { counted, diagonalOperator, residualOf, rotatedOperator } from './operators'

const seeds = Array.from({ length: 10 }, (_, seed) => seed)
const lanczos = { method: 'lanczos' } as const

/** 12 copies of 3, 5 of 2.9, a bulk around 0 and, below it, 4 copies of −1 and one −1.01. */
const twoSided = Float64Array.from({ length: 400 }, (_, i) => {
  if (i < 12) return 3
  if (i < 17) return 2.9
  if (i < 21) return -1
  return i === 21 ? -1.01 : 0.1 * Math.sin(i)
})
const descending = twoSided.toSorted().reverse()

describe.each([1, 2, 5, 12])('extremeEigenpairs with blocks of %i', (blockSize) => {
  afterEach(() => useHostBlas(null))

  it.each(seeds)('finds both ends in one call, each as often as it occurs, start %i', async (seed) => {
    const operator = counted(rotatedOperator(twoSided, seed))
    const result = await extremeEigenpairs(operator, { ...lanczos, top: 17, bottom: 5, blockSize, seed })
    expect(result.stopped).toBe('done')
    expect(result.state).toBeNull()
    expect(result.products).toBe(operator.products)
    const [top, bottom] = [result.top.map((p) => p.value), result.bottom.map((p) => p.value)]
    // Converged to residuals of 1e-8 · 3: values err by their squares over gaps of 0.01.
    expectClose(top, descending.slice(0, 17), { atol: 1e-12 })
    expectClose(bottom, descending.slice(-5).reverse(), { atol: 1e-12 })
    expect(result.copies.top.map(({ found }) => found)).toEqual([12, 5])
    expect(result.copies.bottom.map(({ found }) => found)).toEqual([1, 4])
    expect(result.orthogonalityDefect).toBeLessThan(1e-12)
    for (const { value, vector, residual, converged, recomputed } of [...result.top, ...result.bottom]) {
      expect([converged, recomputed]).toEqual([true, true])
      expectClose(await residualOf(operator, value, asFloat64(vector)), residual, { atol: 1e-13 })
    }
  })

  it('converges through thick restarts in a small basis', async () => {
    const values = Float64Array.from({ length: 300 }, (_, i) => 1 - (i / 300) ** 2)
    const result = await extremeEigenpairs(rotatedOperator(values), {
      ...lanczos,
      top: 3,
      bottom: 1,
      blockSize,
      maxBasis: Math.max(50, 6 * blockSize),
      maxProducts: 10_000,
    })
    expect(result.stopped).toBe('done')
    expectClose(result.top.map((p) => p.value), values.subarray(0, 3), { atol: 1e-10 }) // prettier-ignore
    expectClose(result.bottom[0]!.value, values[299]!, { atol: 1e-10 })
  })

  it.for(blasRoutes)(
    'goes on from any interruption to the same bits, by $name',
    async ({ present, blas }, { skip }) => {
      if (!present) skip('no BLAS library found')
      useHostBlas(blas)
      const options = { ...lanczos, top: 17, bottom: 5, blockSize, maxBasis: 72, seed: 3 }
      const operator = rotatedOperator(twoSided)
      const whole = await extremeEigenpairs(operator, options)
      for (const at of [0, 1, 17, Math.floor(whole.products / 2)]) {
        const cut = await extremeEigenpairs(operator, { ...options, ...cancelledAfter(at) })
        expect(cut.stopped).toBe('cancelled')
        const resumed = await extremeEigenpairs(operator, { ...options, resume: cut.state! })
        expect(resumed).toEqual(whole)
      }
      const spent = await extremeEigenpairs(operator, { ...options, maxProducts: 70 })
      expect(spent.stopped).toBe('products')
      expect(spent.products).toBeLessThanOrEqual(70)
      expect(await extremeEigenpairs(operator, { ...options, resume: spent.state! })).toEqual(whole)
    },
  )
})

/** A signal that aborts when the solver asks for its product number `products`. */
function cancelledAfter(products: number): Pick<ExtremeEigenpairsOptions, 'signal' | 'onProgress'> {
  const controller = new AbortController()
  let asked = 0
  return { signal: controller.signal, onProgress: () => void (asked++ >= products && controller.abort()) }
}

describe('extremeEigenpairs', () => {
  it('solves small operators whole unless told otherwise, with the same result', async () => {
    const options = { top: 17, bottom: 5 }
    const dense = await extremeEigenpairs(rotatedOperator(twoSided), options)
    expect(dense.products).toBe(400 + 22)
    const iterative = await extremeEigenpairs(rotatedOperator(twoSided), { ...options, ...lanczos })
    expectClose(dense.top.map((p) => p.value), iterative.top.map((p) => p.value), { atol: 1e-12 }) // prettier-ignore
    expectClose(dense.bottom.map((p) => p.value), iterative.bottom.map((p) => p.value), { atol: 1e-12 }) // prettier-ignore
    expect(dense.top.every((p) => p.converged && p.residual < 1e-12)).toBe(true)
    const cancelled = await extremeEigenpairs(rotatedOperator(twoSided), { ...options, ...cancelledAfter(5) })
    expect(cancelled).toMatchObject({ stopped: 'cancelled', top: [], bottom: [] })
  })

  it.each(seeds)('counts copies with a basis in float32, start %i', async (seed) => {
    const operator = rotatedOperator(twoSided, seed)
    const options = { ...lanczos, top: 17, bottom: 5, storage: 'float32', tolerance: 1e-6, seed } as const
    const result = await extremeEigenpairs(operator, { ...options, blockSize: 4 })
    expect(result.stopped).toBe('done')
    expect(result.top[0]!.vector).toBeInstanceOf(Float32Array)
    expect(result.copies.top.map(({ found }) => found)).toEqual([12, 5])
    expect(result.copies.bottom.map(({ found }) => found)).toEqual([1, 4])
    expectClose(result.top.map((p) => p.value), descending.slice(0, 17), { atol: 1e-6 }) // prettier-ignore
    expect(result.orthogonalityDefect).toBeLessThan(1e-6)
    expect(result.top.every((p) => p.converged)).toBe(true)
  })

  it('sets the block by the copies that theory expects, and shows both numbers', async () => {
    const predicted = [
      { value: 3, copies: 12 },
      { value: 2.9, copies: 6 },
      { value: 0.5, copies: 100 },
    ]
    const result = await extremeEigenpairs(rotatedOperator(twoSided), {
      ...lanczos,
      top: 18,
      predicted,
      maxProducts: 5000,
    })
    expect(result.stopped).toBe('done')
    expect(result.copies.top.slice(0, 2)).toMatchObject([
      { found: 12, predicted: 12, cut: false },
      { found: 5, predicted: 6, cut: false },
    ])
    expect(result.copies.top[2]).toMatchObject({ found: 0, predicted: 100, value: 0.5 })
    expect(result.copies.top.slice(3).every(({ predicted: copies }) => copies === 0)).toBe(true)
  })

  it.each([
    ['a full count, shared between the ends', [4, 4, 1, 0, -2], 2, 3],
    ['only two distinct values', [1, 1, 1, 1, 0, 0, 0, 0], 3, 4],
    ['the zero operator', [0, 0, 0], 1, 1],
    ['a multiple of the identity', [3, 3, 3, 3], 2, 2],
    ['a rank-one operator', [0, 0, 5, 0, 0], 1, 4],
    ['one dimension', [-7], 0, 1],
  ])('finds both ends of %s', async (_, values, top, bottom) => {
    const all = Float64Array.from(values).sort().reverse()
    for (const seed of seeds) {
      const result = await extremeEigenpairs(diagonalOperator(values), { ...lanczos, top, bottom, seed })
      expect(result.stopped).toBe('done')
      expectClose(result.top.map((p) => p.value), all.slice(0, top), { atol: 1e-13 }) // prettier-ignore
      expectClose(result.bottom.map((p) => p.value), all.toReversed().slice(0, bottom), { atol: 1e-13 }) // prettier-ignore
    }
  })

  it.each([true, false])(
    'makes no product after it was cancelled, by a timer or not, images kept: %s',
    async (keepImages) => {
      const values = Float64Array.from({ length: 2000 }, (_, i) => (i < 6 ? 10 : Math.sin(i)))
      const inner = diagonalOperator(values)
      const cancel = new AbortController()
      let after = 0
      const slow = {
        n: 2000,
        apply(x: Float64Array, y: Float64Array) {
          const until = performance.now() + 5
          while (performance.now() < until);
          if (cancel.signal.aborted) after++
          return inner.apply(x, y)
        },
      }
      const timer = setTimeout(() => cancel.abort(), 400)
      const result = await extremeEigenpairs(slow, { top: 60, blockSize: 3, keepImages, signal: cancel.signal })
      clearTimeout(timer)
      expect(result.stopped).toBe('cancelled')
      // Not a bound in seconds: the rest is less than a product of this operator on any machine, loaded or not.
      expect(after).toBe(0)
      const sure = result.top.filter((p) => p.converged)
      expect(sure.length).toBeGreaterThanOrEqual(3)
      expect(sure.every((p) => p.recomputed === keepImages)).toBe(true)
      for (const { value, vector, residual } of sure) {
        const actual = await residualOf(inner, value, asFloat64(vector))
        expect(actual).toBeLessThan(2e-7)
        if (keepImages) expectClose(residual, actual, { atol: 1e-13 })
      }
    },
  )

  it('gives the residuals of products with the vectors themselves without making them, through restarts', async () => {
    const operator = counted(rotatedOperator(twoSided, 4))
    const options = { ...lanczos, top: 17, bottom: 5, maxBasis: 30, seed: 4, maxProducts: 5000 }
    const combined = await extremeEigenpairs(operator, { ...options, keepImages: true })
    const made = operator.products
    const multiplied = await extremeEigenpairs(operator, { ...options, keepImages: false })
    expect(combined.products).toBe(made)
    expect(multiplied.products).toBe(made + 22)
    for (const [i, { value, vector, residual }] of combined.top.entries()) {
      // 3 · eps for each of some 50 combinations.
      expectClose(residual, await residualOf(operator, value, asFloat64(vector)), { atol: 1e-13 })
      expectClose(value, multiplied.top[i]!.value, { atol: 1e-13 })
    }
  })

  it('says what to give when counts, blocks or the basis do not fit', async () => {
    const operator = diagonalOperator([1, 2, 3])
    await expect(extremeEigenpairs(operator, {})).rejects.toThrow(/count is 0.*1 to 3/)
    await expect(extremeEigenpairs(operator, { top: 2, bottom: 2 })).rejects.toThrow(/count is 4 \(top 2, bottom 2\)/)
    await expect(extremeEigenpairs(operator, { top: 1, blockSize: 0 })).rejects.toThrow(/blockSize is 0.*at least 1/)
    await expect(extremeEigenpairs(operator, { top: 1, blockSize: 3, maxBasis: 5 })).rejects.toThrow(/at least 18/)
    await expect(extremeEigenpairs(diagonalOperator([1, NaN, 0]), { ...lanczos, top: 1 })).rejects.toThrow(/not finite/)
  })

  it('does not chain the copies of a spectrum that training has left slightly spread', async () => {
    const noise = random(5, 'noise').normal(400)
    const values = twoSided.map((value, i) => value + 1e-7 * noise[i]!)
    const result = await extremeEigenpairs(rotatedOperator(values), { ...lanczos, top: 17, blockSize: 12 })
    expectClose(result.top.map((p) => p.value), values.toSorted().reverse().subarray(0, 17), { atol: 1e-13 }) // prettier-ignore
    expect(groupDegenerate(result.top.map((p) => p.value), 1e-6).map((g) => g.copies)).toEqual([12, 5]) // prettier-ignore
  })
})
