import { describe, expect, it } from 'vitest'
import { countAbove, spectralDensity } from '#main/spectra/spectralDensity'
import { expectClose } from '../../helpers/expectClose'
import { counted, diagonalOperator, rotatedOperator } from './operators'

const levels = Float64Array.from({ length: 200 }, (_, i) => (i < 6 ? 3 : i < 80 ? 1 : 0))
const sum = (x: ArrayLike<number>) => Array.from(x).reduce((a, b) => a + b, 0)

describe('spectralDensity', () => {
  it('is exact for a diagonal operator, whose sign probes all weigh each eigenvalue by 1/P', async () => {
    const result = await spectralDensity(diagonalOperator(levels), { probes: 3 })
    expectClose(result.trace.value, sum(levels), { rtol: 1e-13 })
    expectClose(result.trace.standardError, 0, { atol: 1e-12 })
    expectClose(countAbove(result.probes, 200, Float64Array.of(2, 0.5, -1)), [6, 80, 200], { rtol: 1e-12 })
    expect(result.probes.every((p) => p.stopped === 'breakdown')).toBe(true)
    expect(result.products).toBe(9)
  })

  it('estimates multiplicities and the trace of a dense operator within its own error bars', async () => {
    const operator = counted(rotatedOperator(levels))
    const result = await spectralDensity(operator, { probes: 200, steps: 20, seed: 3 })
    expect(result.products).toBe(operator.products)
    expect(Math.abs(result.trace.value - sum(levels))).toBeLessThan(4 * result.trace.standardError)
    // The variance of vᵀ Π v for a projector of rank r is below 2 r: 4 √(2 r / R) for r = 6 and 80.
    const [six, eighty] = countAbove(result.probes, 200, Float64Array.of(2, 0.5))
    expectClose(six!, 6, { atol: 4 * Math.sqrt(12 / 200) })
    expectClose(eighty!, 80, { atol: 4 * Math.sqrt(160 / 200) })
  })

  it('has a density that integrates to one, with the default width and grid', async () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => i / 99)
    const { grid, density, sigma } = await spectralDensity(rotatedOperator(values))
    expectClose(sigma, 0.01, { rtol: 1e-6 })
    expect(grid).toHaveLength(512)
    // Cut at 4σ on both sides: 1e-4 is outside.
    expectClose(sum(density) * (grid[1]! - grid[0]!), 1, { atol: 1e-4 })
  })

  it('draws probe r from (seed, r) alone', async () => {
    const operator = rotatedOperator(levels)
    const few = await spectralDensity(operator, { probes: 2, seed: 9 })
    const many = await spectralDensity(operator, { probes: 4, seed: 9 })
    expect(many.probes.slice(0, 2)).toEqual(few.probes)
    expect(many.probes[2]).not.toEqual(many.probes[3])
    expect((await spectralDensity(operator, { probes: 2, seed: 10 })).probes).not.toEqual(few.probes)
  })

  it.each([
    ['one dimension', [4], 4],
    ['the zero operator', [0, 0, 0], 0],
    ['a multiple of the identity', [2, 2, 2], 2],
  ])('shows one peak for %s', async (_, values, at) => {
    const result = await spectralDensity(diagonalOperator(values), { grid: Float64Array.of(at) })
    expectClose(result.density, [1 / (result.sigma * Math.sqrt(2 * Math.PI))], { rtol: 1e-9 })
  })

  it('keeps finished probes when cancelled', async () => {
    const controller = new AbortController()
    const values = Float64Array.from({ length: 100 }, (_, i) => i / 99)
    const options = { probes: 5, steps: 10, seed: 2 }
    const cancelled = await spectralDensity(rotatedOperator(values), {
      ...options,
      signal: controller.signal,
      onProgress: (products) => void (products === 25 && controller.abort()),
    })
    const full = await spectralDensity(rotatedOperator(values), options)
    expect(cancelled).toMatchObject({ stopped: 'cancelled', products: 25 })
    expect(cancelled.probes.slice(0, 2)).toEqual(full.probes.slice(0, 2))
    expect(cancelled.probes[2]).toMatchObject({ stopped: 'cancelled', firstAlpha: full.probes[2]!.firstAlpha })
    const none = await spectralDensity(rotatedOperator(values), { ...options, signal: controller.signal })
    expect(none).toMatchObject({ stopped: 'cancelled', products: 0, probes: [] })
    expect(none.trace.value).toBeNaN()
  })

  it('says what is wrong with its input', async () => {
    await expect(spectralDensity(diagonalOperator([1]), { probes: 0 })).rejects.toThrow(/probes is 0/)
    await expect(spectralDensity(diagonalOperator([1]), { sigma: 0 })).rejects.toThrow(/sigma is 0.*positive/)
  })
})
