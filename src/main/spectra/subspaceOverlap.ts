import { LabError } from '#shared/errors'
import { dot, norm } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { asFloat64, project, type StoredVector } from './storedVectors'

/** UᵀV, p × q, of two lists of vectors. */
export function crossGram(U: readonly StoredVector[], V: readonly StoredVector[]): Matrix {
  const gram = matrix(U.length, V.length)
  V.forEach((v, j) => {
    project(U, asFloat64(v)).forEach((inner, i) => (gram.data[i * V.length + j] = inner))
  })
  return gram
}

/**
 * Overlap of two subspaces, O(U, V) = ‖UᵀV‖_F² / min(p, q): the mean squared cosine of their principal angles.
 *
 * Theory note 04, section (c) 3. With the top eigenspaces of two steps it is the drift statistic of Gur-Ari, Roberts &
 * Dyer 2018, arXiv:1812.04754.
 *
 * @param U p orthonormal vectors (see `orthonormalBasis`)
 * @param V q orthonormal vectors
 * @returns from 0 (orthogonal) to 1 (the smaller lies in the larger)
 * @throws LabError 'degenerate' if one of the lists is empty
 */
export function subspaceOverlap(U: readonly StoredVector[], V: readonly StoredVector[]): number {
  const q = Math.min(U.length, V.length)
  if (q === 0) throw new LabError('degenerate', 'subspaceOverlap: an empty space has no overlap. Give vectors of both.')
  const { data } = crossGram(U, V)
  return dot(data, data) / q
}

/**
 * How much of a vector lies in a subspace: A(z, U) = ‖Uᵀz‖² / ‖z‖² = χ², and χ itself.
 *
 * Theory note 04, sections (c) 1 and (e) 1: χ_k of Song, Ahn & Yun 2024, arXiv:2405.16002; its square is f_top of Gur-Ari,
 * Roberts & Dyer 2018. A random vector has about k/n; show it beside.
 *
 * @param basis k orthonormal vectors
 * @throws LabError 'degenerate' if z is zero
 */
export function energyFraction(z: Float64Array, basis: readonly StoredVector[]): { energy: number; chi: number } {
  const length = norm(z)
  if (!(length > 0)) throw new LabError('degenerate', 'energyFraction: the vector is zero and has no direction.')
  const chi = norm(project(basis, z)) / length
  return { energy: chi ** 2, chi }
}

/**
 * Overlaps of the eigenspaces of several steps with each other, O(U_s, U_t): the drift of theory note 04, (c) 3, as a map.
 *
 * @param spaces orthonormal vectors of each step, none empty
 * @returns symmetric, with ones on the diagonal
 */
export function driftOverlaps(spaces: readonly (readonly StoredVector[])[]): Matrix {
  const drift = matrix(spaces.length, spaces.length)
  spaces.forEach((U, s) => {
    spaces.slice(0, s + 1).forEach((V, t) => {
      const overlap = subspaceOverlap(U, V)
      drift.data[s * drift.cols + t] = overlap
      drift.data[t * drift.cols + s] = overlap
    })
  })
  return drift
}
