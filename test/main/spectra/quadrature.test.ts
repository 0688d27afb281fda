import { describe, expect, it } from 'vitest'
import { deflatedDensity } from '#main/spectra/deflatedDensity'
import { hutchPlusPlus } from '#main/spectra/hutchPlusPlus'
import { spectralDensity } from '#main/spectra/spectralDensity'
import { meanOf } from '#shared/estimate'
import { logDeterminant, spectralMoment, spectralSum } from '#main/spectra/spectralSum'
import { topEigenpairs } from '#main/spectra/topEigenpairs'
import { expectClose } from '../../helpers/expectClose'
import { counted, diagonalOperator, rotatedOperator } from './operators'

/** Four outliers far from a semicircle-like bulk on [0.1, 1.1]. */
const values = Float64Array.from({ length: 300 }, (_, i) => (i < 4 ? 50 + i : 0.6 + 0.5 * Math.sin(i)))
const sum = (x: ArrayLike<number>, f = (t: number) => t) => Array.from(x).reduce((a, b) => a + f(b), 0)

describe('sums over a spectrum', () => {
  it('has moments exact to degree 2m − 1 for a diagonal operator, whose sign probes have no scatter', async () => {
    const m = 4
    const { probes } = await spectralDensity(diagonalOperator(values.slice(4)), { steps: m, probes: 2 })
    for (let k = 0; k < 2 * m; k++) {
      const { value, standardError } = spectralMoment(probes, 296, k)
      expectClose(value, sum(values.slice(4), (t) => t ** k), { rtol: 1e-12 }) // prettier-ignore
      expectClose(standardError, 0, { atol: 1e-10 })
    }
    const beyond = spectralMoment(probes, 296, 2 * m).value
    expect(Math.abs(beyond - sum(values.slice(4), (t) => t ** (2 * m)))).toBeGreaterThan(1e-6)
  })

  it('estimates log-determinants and counts within its own error bars, for 20 independent seeds', async () => {
    const operator = rotatedOperator(values)
    const exact = { log: sum(values, Math.log), count: values.filter((t) => t > 0.6).length }
    const misses = { log: 0, count: 0 }
    for (let seed = 0; seed < 20; seed++) {
      const { probes } = await spectralDensity(operator, { probes: 10, steps: 60, seed })
      const log = logDeterminant(probes, 300)
      const count = spectralSum(probes, 300, (t) => (t > 0.6 ? 1 : 0))
      if (Math.abs(log.value - exact.log) > 2 * log.standardError) misses.log++
      // Quadrature smears the jump of a count over about 300/60 eigenvalues.
      if (Math.abs(count.value - exact.count) > 2 * count.standardError + 5) misses.count++
    }
    // Student's t with 9 degrees leaves 7.7 % beyond 2σ: 6 of 20 has a probability of 0.3 %.
    expect(misses.log).toBeLessThan(6)
    expect(misses.count).toBeLessThan(6)
  })

  it('has no logarithm at or below zero, and takes a shift', async () => {
    const { probes } = await spectralDensity(diagonalOperator([0, 1, 2]), { probes: 1 })
    expect(() => logDeterminant(probes, 3)).toThrow(/not positive.*shift well above/)
    expectClose(logDeterminant(probes, 3, 1).value, Math.log(6), { rtol: 1e-12 })
    expect(meanOf([1]).standardError).toBeNaN()
  })
})

describe('hutchPlusPlus', () => {
  it('is exact for an operator of low rank, and reports its products', async () => {
    const operator = counted(rotatedOperator(values.map((t, i) => (i < 4 ? t : 0))))
    const result = await hutchPlusPlus(operator, { products: 30 })
    expectClose(result.value, 206, { rtol: 1e-12 })
    expect(result.rank).toBe(4)
    expect(result.products).toBe(operator.products)
    expect(result.products).toBeLessThanOrEqual(30)
    expect(result.standardError).toBeLessThan(1e-10)
  })

  it('has a fraction of the error of plain sign probes where outliers carry the trace', async () => {
    const operator = rotatedOperator(values)
    const exact = sum(values)
    const errors = { plain: 0, sketched: 0 }
    for (let seed = 0; seed < 20; seed++) {
      const sketched = await hutchPlusPlus(operator, { products: 30, seed })
      const plain = await spectralDensity(operator, { probes: 30, steps: 1, seed })
      errors.sketched += (sketched.value - exact) ** 2
      errors.plain += (plain.trace.value - exact) ** 2
    }
    // Variances 2 ‖A‖_F² / probes: 2 · 144 / 10 for the bulk that the sketch leaves, 2 · 10 750 / 30 with the outliers;
    // 0.20 expected, and about 25 % scatter over 20 seeds.
    expect(Math.sqrt(errors.sketched / errors.plain)).toBeLessThan(0.3)
  })

  it('is exact where the sketch spans the space, and keeps what it has when cancelled', async () => {
    const whole = await hutchPlusPlus(rotatedOperator([5, -1, 2]), { products: 12 })
    expectClose(whole.value, 6, { atol: 1e-13 })
    expect(whole).toMatchObject({ rank: 3, standardError: 0, stopped: 'done' })
    const none = await hutchPlusPlus(rotatedOperator(values), { signal: AbortSignal.abort() })
    expect(none).toMatchObject({ products: 0, stopped: 'cancelled', value: Number.NaN })
    await expect(hutchPlusPlus(rotatedOperator(values), { products: 2 })).rejects.toThrow(/products is 2.*at least 3/)
  })
})

describe('deflatedDensity', () => {
  it('resolves the bulk that outliers hide, and adds up to the whole', async () => {
    const operator = rotatedOperator(values)
    const { pairs } = await topEigenpairs(operator, { count: 4, tolerance: 1e-12 })
    const whole = await spectralDensity(operator)
    const deflated = await deflatedDensity(operator, pairs)
    expectClose(deflated.outliers, [53, 52, 51, 50], { rtol: 1e-12 })
    expect(deflated.bulk.n).toBe(296)
    // 0.01 of the range: 0.53 with the outliers, 0.01 without.
    expect(whole.sigma).toBeGreaterThan(0.5)
    expectClose(deflated.bulk.sigma, 0.01, { rtol: 1e-3 })
    expectClose(Math.max(...deflated.bulk.probes.flatMap(({ nodes }) => [...nodes])), 1.1, { atol: 1e-3 })
    const bulkTrace = sum(values.slice(4))
    expect(Math.abs(deflated.bulk.trace.value - bulkTrace)).toBeLessThan(4 * deflated.bulk.trace.standardError)
    const { bulk } = deflated
    const bulkMass = sum(bulk.density) * (bulk.grid[1]! - bulk.grid[0]!)
    expectClose(bulkMass, 1, { atol: 1e-3 })
    const fine = Float64Array.from({ length: 60_000 }, (_, i) => -1 + i / 1000)
    expectClose(sum(deflated.whole(fine)) / 1000, 1, { rtol: 1e-9 })
    // The density of arcsin values on [0.1, 1.1], 1/(π √(0.25 − (t − 0.6)²)), away from its edges.
    const at = Float64Array.of(0.3, 0.5, 0.6, 0.8)
    const exact = at.map((t) => 1 / (Math.PI * Math.sqrt(0.25 - (t - 0.6) ** 2)))
    const shown = (await deflatedDensity(operator, pairs, { grid: at, sigma: 0.03, probes: 40 })).bulk
    expectClose(shown.density, exact, { rtol: 0.1 })
    expect(shown.densityError.every((error) => error > 0 && error < 0.1)).toBe(true)
  })
})
