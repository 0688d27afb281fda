import { identity, matmul } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import type { LayerState } from '#main/core/snapshot'
import { scaled } from './scaled'

/**
 * The factors P = A_{l+1}ᵀ A_{l+1} and Q = w H_l H_lᵀ of the data Hessian P ⊗ Q of W_l in a linear chain with MSE, w the
 * weight of a sample in the loss: 1/N in theory note 01, section 3.
 *
 * @param layers all layers of the chain
 * @returns P, d_{l+1} × d_{l+1}; Q, d_l × d_l
 */
export function kroneckerFactors(
  layers: readonly LayerState[],
  state: LayerState,
  weight: number,
): { P: Matrix; Q: Matrix } {
  const above = chainAbove(layers, state.layer)
  const features = state.input
  return {
    P: matmul(above, above, { transposeA: true }),
    Q: scaled(matmul(features, features, { transposeB: true }), weight),
  }
}

/** A_{l+1} = W_L … W_{l+1}, from the output side: K × d_{l+1}; the identity for l = L. */
export function chainAbove(layers: readonly LayerState[], layer: number): Matrix {
  const last = layers.at(-1)
  const K = last?.output.rows ?? 0
  return layers
    .filter((other) => other.layer > layer)
    .reduceRight((product, { weight }) => matmul(product, weight), identity(K))
}
