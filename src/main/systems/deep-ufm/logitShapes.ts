import { LabError } from '#shared/errors'
import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'

/** K × K class-mean logits up to scale: column c is the mean output of class c. Theory note 02, D2 and D3. */

/** S = I − 11ᵀ/K, the simplex of deep neural collapse: margins 1, K − 1 singular values 1. */
export function simplexShape(K: number): Matrix {
  return shape(K, (i, j) => (i === j ? 1 : 0) - 1 / K)
}

/**
 * Diagonal blocks [[1, −1], [−1, 1]] of paired classes: K/2 singular values 2, margins 1 and 2 (Garrod & Keating 2024,
 * arXiv:2410.23169).
 *
 * @throws LabError 'bad-input' for odd K; `oddPairShape` is only a bound there
 */
export function pairShape(K: number): Matrix {
  if (K % 2 !== 0) {
    throw new LabError('bad-input', `pairShape: K = ${K} classes cannot be paired; give an even number.`, { K })
  }
  return oddPairShape(K)
}

/**
 * The pair shape with a 1 × 1 block [1] for the class left over. For odd K it is not a critical point, and its loss is an
 * upper bound of the optimum only. Theory note 02, D3.
 */
export function oddPairShape(K: number): Matrix {
  return shape(K, (i, j) => (i === j ? 1 : i >> 1 === j >> 1 ? -1 : 0))
}

/** cos(2π (i − j)/K): the classes on a regular polygon, rank 2 for K ≥ 3, both singular values K/2. */
export function polygonShape(K: number): Matrix {
  return shape(K, (i, j) => Math.cos((2 * Math.PI * (i - j)) / K))
}

/** XᵀX of any code X (r × K) with distinct unit columns: rank r, diagonally superior. Theory note 02, D3. */
export function codeShape(X: Matrix): Matrix {
  return matmul(X, X, { transposeA: true })
}

/** ⊕_b α_b S_{k_b}: simplices of blocks of classes with a scale each, rank K − B. Theory note 02, D3. */
export function blockShape(sizes: readonly number[], scales: readonly number[]): Matrix {
  const blockOf = sizes.flatMap((size, b) => Array<number>(size).fill(b))
  return shape(blockOf.length, (i, j) => {
    const b = blockOf[i]!
    return b === blockOf[j] ? scales[b]! * ((i === j ? 1 : 0) - 1 / sizes[b]!) : 0
  })
}

function shape(K: number, entry: (i: number, j: number) => number): Matrix {
  return matrix(
    K,
    K,
    Float64Array.from({ length: K * K }, (_, at) => entry(Math.floor(at / K), at % K)),
  )
}
