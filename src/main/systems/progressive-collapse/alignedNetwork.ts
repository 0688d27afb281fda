import { identity, kronecker, matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { learnedValue, type CollapseSizes } from './theory'

/**
 * A network that meets every hypothesis of the bound with equality: W_{L:1} X = Y, balanced up to ε² √(d − K) in the
 * last layer, K singular values s = n^{1/(2L)} and d − K of ε in each layer below.
 *
 * W_l = U_l diag(s at places 0, n, 2n …; ε elsewhere) U_{l−1}ᵀ for l < L, W_L = s E U_{L−1}ᵀ with E the unit rows of
 * these places; U_0 = X (I_K ⊗ T), T the reflection whose first column is 1/√n. Theory note 05, S-B (case B1).
 *
 * @param X square orthogonal, d = K n, columns ordered by class
 * @param frames U_1 … U_{L−1}, orthogonal d × d
 * @returns W_1 … W_L
 */
export function alignedNetwork(sizes: CollapseSizes, X: Matrix, frames: readonly Matrix[]): Matrix[] {
  const { K, n, depth, initScale } = sizes
  const d = K * n
  const s = learnedValue(sizes)
  const isClass = (i: number) => i % n === 0
  const core = matrix(d, d)
  for (let i = 0; i < d; i++) core.data[i * d + i] = isClass(i) ? s : initScale
  const head = matrix(K, d)
  for (let k = 0; k < K; k++) head.data[k * d + k * n] = s
  const inputs = matmul(X, kronecker(identity(K), meanReflection(n)))
  return Array.from({ length: depth }, (_, i) => {
    const below = i === 0 ? inputs : frames[i - 1]!
    const middle = i === depth - 1 ? head : matmul(frames[i]!, core)
    return matmul(middle, below, { transposeB: true })
  })
}

/** I − 2 u uᵀ/(uᵀu), u = e_1 − 1/√n: symmetric and orthogonal with first column 1/√n. The identity for n = 1. */
function meanReflection(n: number): Matrix {
  const T = identity(n)
  if (n === 1) return T
  const u = Float64Array.from({ length: n }, (_, i) => (i === 0 ? 1 : 0) - 1 / Math.sqrt(n))
  const length = u.reduce((sum, x) => sum + x * x, 0)
  u.forEach((x, i) => u.forEach((y, j) => (T.data[i * n + j]! -= (2 * x * y) / length)))
  return T
}
