import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'

/** Features with independent normal entries. */
export function randomFeatures({ d, N, seed }: { d: number; N: number; seed: number }): Matrix {
  return matrix(d, N, random(seed, 'features').normal(d * N))
}

/** a Q H + c 1ᵀ with a random orthogonal Q and a random shift c. */
export function moved(features: Matrix, { scale = 1, shift = 0, seed = 1 }): Matrix {
  const { rows: d, cols: N } = features
  const Q = matrix(d, d, random(seed, 'rotation').orthogonal(d, d))
  const offset = random(seed, 'shift').normal(d)
  const rotated = matmul(Q, features)
  return matrix(
    d,
    N,
    rotated.data.map((z, at) => scale * z + shift * offset[Math.floor(at / N)]!),
  )
}

/** Class means at the columns of `means`, samples at ±deviation around them: exact means, known scatter. */
export function pairsAround(means: Matrix, deviation: readonly number[]): { features: Matrix; sizes: number[] } {
  const { rows: d, cols: K } = means
  const features = matrix(d, 2 * K)
  for (let a = 0; a < d; a++) {
    for (let k = 0; k < K; k++) {
      features.data[a * 2 * K + 2 * k] = means.data[a * K + k]! + deviation[a]!
      features.data[a * 2 * K + 2 * k + 1] = means.data[a * K + k]! - deviation[a]!
    }
  }
  return { features, sizes: Array.from({ length: K }, () => 2) }
}

/** Entry (i, j) from a formula. */
export function filled(rows: number, cols: number, entry: (i: number, j: number) => number): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, (_, at) => entry(Math.floor(at / cols), at % cols)),
  )
}
