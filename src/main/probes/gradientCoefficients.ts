import { LabError } from '#shared/errors'
import { dot, matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'

/**
 * Shares of a layer's gradient along v = μ_c^{(l+1)} ⊗ μ_c'^{(l)}: f̃_cc' = ⟨v, g⟩² / (‖v‖² ‖g‖²).
 *
 * Theory note 01, sections 4 and 5.5. With g as the matrix G, ⟨v, g⟩ = μ_c^{(l+1)ᵀ} G μ_c'^{(l)}. At the collapsed
 * solution of the MSE the data gradient has 1/K on the diagonal and 0 elsewhere. The coefficients only add up to a
 * share of g where the class means are orthogonal.
 *
 * @param gradient G, d_{l+1} × d_l
 * @param above class means of the next layer, d_{l+1} × K
 * @param below class means of this layer, d_l × K
 * @returns K × K: row c, column c'; each entry from 0 to 1
 * @throws LabError 'degenerate' if the gradient or a class mean is zero
 */
export function gradientCoefficients(gradient: Matrix, above: Matrix, below: Matrix): Matrix {
  const K = below.cols
  const inner = matmul(above, matmul(gradient, below), { transposeA: true })
  const total = dot(gradient.data, gradient.data)
  const [normsAbove, normsBelow] = [squaredColumnNorms(above), squaredColumnNorms(below)]
  if (total === 0 || [...normsAbove, ...normsBelow].includes(0)) {
    throw new LabError('degenerate', 'gradientCoefficients: the gradient or a class mean is zero.', { K })
  }
  return matrix(
    K,
    K,
    inner.data.map((product, at) => {
      return product ** 2 / (normsAbove[Math.floor(at / K)]! * normsBelow[at % K]! * total)
    }),
  )
}

function squaredColumnNorms({ rows, cols, data }: Matrix): Float64Array {
  const norms = new Float64Array(cols)
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) norms[j]! += data[i * cols + j]! ** 2
  return norms
}
