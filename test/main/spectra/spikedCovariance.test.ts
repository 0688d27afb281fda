import { describe, expect, it } from 'vitest'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { factorOperator } from '#main/spectra/matrixOperator'
import { denseSpectrum } from '#main/spectra/denseSpectrum'
import { topEigenpairs } from '#main/spectra/topEigenpairs'
import { expectClose } from '../../helpers/expectClose'

/**
 * Where the largest eigenvalue of 1/N X Xᵀ goes when one direction of X has variance ℓ and the others 1, d/N → γ, and how
 * much of that direction its eigenvector has. Baik, Ben Arous & Péché 2005; Paul 2007; theory note 04, (d4), equal weights.
 */
function bbp(spike: number, gamma: number): { value: number; cosine2: number } {
  const excess = spike - 1
  if (excess <= Math.sqrt(gamma)) return { value: (1 + Math.sqrt(gamma)) ** 2, cosine2: 0 }
  return { value: spike * (1 + gamma / excess), cosine2: (1 - gamma / excess ** 2) / (1 + gamma / excess) }
}

const [d, N, seeds] = [160, 320, 12]

/** Columns √ℓ z_1 along the first axis, standard normal along the others. */
async function sampled(spike: number, seed: number) {
  const X = matrix(d, N, random(seed, 'spiked').normal(d * N))
  for (let i = 0; i < N; i++) X.data[i]! *= Math.sqrt(spike)
  const operator = factorOperator(X, 1 / N)
  const { pairs } = await topEigenpairs(operator, { count: 2, seed })
  return { operator, top: pairs[0]!, second: pairs[1]! }
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
const standardError = (values: readonly number[]) =>
  Math.hypot(...values.map((x) => x - mean(values))) / Math.sqrt(values.length * (values.length - 1))

/**
 * The largest eigenvalue of white noise scatters about (√N + √d)²/N by σ (−1.2065 ± 1.268), the mean and deviation of the
 * Tracy-Widom law of order 1. Johnstone 2001, Ann. Statist. 29, 295.
 */
function expectEdge(largest: readonly number[], dimensions: number): void {
  const [a, b] = [Math.sqrt(N), Math.sqrt(dimensions)]
  const sigma = ((a + b) * Math.cbrt(1 / a + 1 / b)) / N
  const scatter = (1.268 * sigma) / Math.sqrt(largest.length)
  expectClose(mean(largest), (a + b) ** 2 / N - 1.2065 * sigma, { atol: 4 * scatter }, 'edge of the bulk')
}

describe('a spiked covariance', () => {
  it.each([2.5, 4, 9])(
    'sends one eigenvalue out of the bulk, where Baik, Ben Arous & Péché say, ℓ = %d',
    async (spike) => {
      const runs = await Promise.all(Array.from({ length: seeds }, (_, seed) => sampled(spike, seed)))
      const { value, cosine2 } = bbp(spike, d / N)
      const values = runs.map(({ top }) => top.value)
      const cosines = runs.map(({ top }) => top.vector[0]! ** 2)
      // Four standard errors of the mean, and the 1/N by which a finite matrix is off.
      expectClose(mean(values), value, { atol: 4 * standardError(values) + (4 * spike) / N }, 'eigenvalue')
      expectClose(mean(cosines), cosine2, { atol: 4 * standardError(cosines) + 4 / N }, 'overlap with the spike')
      // What is left is white noise in d − 1 dimensions.
      expectEdge(
        runs.map(({ second }) => second.value),
        d - 1,
      )
    },
  )

  it('keeps a spike below 1 + √γ in the bulk', async () => {
    const spike = 1 + 0.6 * Math.sqrt(d / N)
    const runs = await Promise.all(Array.from({ length: seeds }, (_, seed) => sampled(spike, seed)))
    expect(mean(runs.map(({ top }) => top.value))).toBeLessThan(bbp(spike, d / N).value)
    expect(mean(runs.map(({ top }) => top.vector[0]! ** 2))).toBeLessThan(0.2)
  })

  it('has the same outlier by Lanczos and by the dense solver', async () => {
    const { operator, top, second } = await sampled(4, 99)
    const { values } = await denseSpectrum(operator)
    expectClose([top.value, second.value], values.subarray(0, 2), { rtol: 1e-10 })
  })
})
