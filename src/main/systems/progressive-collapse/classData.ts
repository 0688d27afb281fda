import { LabError } from '#shared/errors'
import { norm } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { Random } from '#main/compute/rng/random'
import type { Dataset } from '#main/core/model'

/** X with one-hot targets Y = I_K ⊗ 1_nᵀ: K classes of n samples, columns ordered by class. */
export function balancedClasses(inputs: Matrix, K: number): Dataset {
  const N = inputs.cols
  const n = N / K
  const targets = matrix(K, N)
  for (let i = 0; i < N; i++) targets.data[Math.floor(i / n) * N + i] = 1
  return { train: { inputs, targets, classSizes: Array<number>(K).fill(n) }, test: null }
}

/**
 * Orthonormal columns plus Gaussian noise of the given Frobenius norm; square orthogonal for d = N and no noise.
 * Theory note 05, S-B, "Config".
 *
 * @throws LabError 'bad-input' for fewer dimensions than samples
 */
export function nearOrthogonal(d: number, N: number, perturbation: number, random: Random): Matrix {
  if (d < N) {
    throw new LabError('bad-input', `${N} orthogonal samples need at least ${N} input dimensions, not ${d}.`, { d, N })
  }
  const columns = random.derive('columns').orthogonal(d, N)
  const noise = random.derive('noise').normal(d * N)
  const size = norm(noise)
  return matrix(
    d,
    N,
    columns.map((x, at) => x + (perturbation * noise[at]!) / size),
  )
}

/** Samples μ_k + noise · z with the entries of μ_k and z from N(0, 1). Theory note 05, C15. */
export function gaussianClasses(given: { d: number; K: number; n: number; noise: number }, random: Random): Matrix {
  const { d, K, n, noise } = given
  const N = K * n
  const means = random.derive('means').normal(d * K)
  const scatter = random.derive('scatter').normal(d * N)
  return matrix(
    d,
    N,
    scatter.map((z, at) => means[Math.floor(at / N) * K + Math.floor((at % N) / n)]! + noise * z),
  )
}
