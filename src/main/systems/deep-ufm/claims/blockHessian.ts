import { identity, matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { Snapshot } from '#main/core/snapshot'
import { chainAbove } from '#main/probes/kroneckerFactors'

/**
 * The dense Hessian of the data loss of a linear MSE model from its closed blocks, without any differentiation:
 *
 *   j ≥ k:  G_jk = (A_{j+1}ᵀ A_{k+1}) ⊗ 1/N H_j H_kᵀ;
 *   j > k:  E_jk[(a,b),(c,e)] = B_bc Q_ea, B = W_{j−1} ⋯ W_{k+1}, Q = H_k D_jᵀ; E_jj = 0.
 *
 * H_1 is factor 0, with H_0 = I_N. Theory note 01, section 3; an independent route to what the Hessian-vector products
 * of the lab give.
 *
 * @returns P × P in the order H_1, W_1 … W_L
 */
export async function blockHessian(snapshot: Snapshot): Promise<Matrix> {
  const layers = await snapshot.layers()
  const N = snapshot.split.targets.cols
  const depth = layers.length
  const inputs = [identity(N), ...layers.map((layer) => layer.input)]
  const outputsAbove = Array.from({ length: depth + 1 }, (_, j) => chainAbove(layers, j))
  const sizes = snapshot.model.parameters.map(({ shape }) => shape.reduce((size, extent) => size * extent, 1))
  const P = sizes.reduce((sum, size) => sum + size, 0)
  const hessian = matrix(P, P)
  let row = 0
  for (let j = 0; j <= depth; j++) {
    let col = 0
    for (let k = 0; k <= j; k++) {
      const left = matmul(outputsAbove[j]!, outputsAbove[k]!, { transposeA: true })
      const right = matmul(inputs[j]!, inputs[k]!, { transposeB: true })
      const between = j > k ? chainBetween(layers, k, j) : null
      const residual = j > k ? matmul(inputs[k]!, layers[j - 1]!.error, { transposeB: true }) : null
      for (let a = 0; a < left.rows; a++) {
        for (let b = 0; b < right.rows; b++) {
          for (let c = 0; c < left.cols; c++) {
            for (let e = 0; e < right.cols; e++) {
              let value = (left.data[a * left.cols + c]! * right.data[b * right.cols + e]!) / N
              if (between && residual)
                value += between.data[b * between.cols + c]! * residual.data[e * residual.cols + a]!
              const [at, other] = [row + a * right.rows + b, col + c * right.cols + e]
              hessian.data[at * P + other] = hessian.data[other * P + at] = value
            }
          }
        }
      }
      col += sizes[k]!
    }
    row += sizes[j]!
  }
  return hessian
}

/** B = W_{j−1} ⋯ W_{k+1}, d_j × d_{k+1}; the identity for j = k + 1. */
function chainBetween(layers: Awaited<ReturnType<Snapshot['layers']>>, k: number, j: number): Matrix {
  const inner = layers.filter(({ layer }) => layer > k && layer < j)
  return inner.reduce((product, { weight }) => matmul(weight, product), identity(layers[k]!.input.rows))
}
