import { LabError } from '#shared/errors'
import { matmul, symmetricEigen } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { sampleWeight } from '#main/core/model'
import { columns } from '#main/spectra/index'
import { blockMeta } from './blockMeta'
import type { BlockRequest, LayerBlock } from './layerBlock'
import { listedEigenvalues } from './listedEigenvalues'
import { scaled } from './scaled'

/**
 * Exact block w Σ_ik v_ik v_ikᵀ with v_ik = (J_iᵀ s_ik) ⊗ h_i through its KN × KN Gram matrix
 * w (s_ikᵀ J_i J_jᵀ s_jm) (h_iᵀ h_j), whose eigenvalues are the block's that are not zero; w is the weight of a sample in
 * the loss, 1/N for a mean.
 *
 * Theory note 01, section 3. The block is all of the data Hessian where the network is piecewise linear in W_l. Cost independent of the size of W_l.
 */
export async function gramBlock(request: BlockRequest): Promise<LayerBlock> {
  const { snapshot, state, signal } = request
  const jacobians = await snapshot.layerJacobians(state.layer)
  signal.throwIfAborted()
  const dimension = state.weight.data.length
  const weight = sampleWeight(snapshot.model, state.input.cols)
  const eigen = symmetricEigen(blockGram(jacobians, state.input, weight), { vectors: true })
  // Gram matrices are positive semidefinite; what rounding leaves below zero is zero. Beyond the dimension of the block
  // all are, and beyond the Gram matrix the block is zero exactly.
  const values = Float64Array.from({ length: dimension }, (_, r) => Math.max(0, eigen.values[r] ?? 0))
  const { eigenvalues, complete } = listedEigenvalues(values)
  const coefficients = eigen.vectors ? columns(eigen.vectors) : []
  return {
    layer: state.layer,
    eigenvalues,
    meta: blockMeta(request, { method: 'gram', complete }),
    vectors: Math.min(coefficients.length, dimension),
    eigenvector(rank) {
      const [alpha, value] = [coefficients[rank], eigen.values[rank]]
      if (!alpha || !value || value <= 0) {
        throw new LabError('degenerate', `gramBlock: eigenvalue ${rank} is zero and has no direction of its own.`, {
          rank,
        })
      }
      return blockVector(jacobians, state.input, alpha, Math.sqrt(weight / value))
    },
  }
}

/** KN × KN, index k N + i: w (G_kᵀ G_m)_ij (HᵀH)_ij with G_k = [J_iᵀ s_ik]_i. */
export function blockGram(jacobians: readonly Matrix[], features: Matrix, weight: number): Matrix {
  const N = features.cols
  const size = jacobians.length * N
  const featureGram = scaled(matmul(features, features, { transposeA: true }), weight)
  const gram = matrix(size, size)
  jacobians.forEach((Gk, k) => {
    jacobians.slice(0, k + 1).forEach((Gm, m) => {
      const inner = matmul(Gk, Gm, { transposeA: true })
      for (let i = 0; i < N; i++) {
        for (let j = 0; j < N; j++) {
          const value = inner.data[i * N + j]! * featureGram.data[i * N + j]!
          gram.data[(k * N + i) * size + m * N + j] = value
          gram.data[(m * N + j) * size + k * N + i] = value
        }
      }
    })
  })
  return gram
}

/** factor · Σ_ik α_ik v_ik as a row-major vec: Σ_k G_k diag(α_k) Hᵀ. */
function blockVector(
  jacobians: readonly Matrix[],
  features: Matrix,
  alpha: Float64Array,
  factor: number,
): Float64Array {
  const N = features.cols
  const weighted = matrix(jacobians[0]?.rows ?? 0, N)
  jacobians.forEach(({ rows, data }, k) => {
    for (let a = 0; a < rows; a++) {
      for (let i = 0; i < N; i++) weighted.data[a * N + i]! += alpha[k * N + i]! * data[a * N + i]!
    }
  })
  return scaled(matmul(weighted, features, { transposeB: true }), factor).data
}
