import { identity, matmul, qr, svd } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { ParameterArrays } from '#main/core/snapshot'
import { layerFactors, type Factor } from './chain'

/** U W̃_L ⋯ W̃_1 Vᵀ with cores of 2 r̂ × 2 r̂: factors from the right, Vᵀ first. Theory note 05, S-C ("Compressed"). */
export function compressedFactors(d: number, rank: number, depth: number, gamma: number): Factor[] {
  const core = 2 * rank
  return [
    { name: 'Vt', rows: core, cols: d, layer: 0, rateFactor: gamma },
    ...layerFactors(Array<number>(depth + 1).fill(core)),
    { name: 'U', rows: d, cols: core, layer: depth + 1, rateFactor: gamma },
  ]
}

/** Singular values of Ψ, and bases that hold its top r̂ and what the start makes of them. */
export interface CompressedFrames {
  /** V: d × 2 r̂, orthonormal. */
  readonly V: Matrix
  /** U = Q V. */
  readonly U: Matrix
  /** Of Ψ, descending. */
  readonly surrogateValues: Float64Array
}

/**
 * V an orthonormal basis of span{v̂, Qᵀ û}, U = Q V, with û, v̂ the top r̂ singular vectors of Ψ = Ω ⊙ Φ and
 * Q = W_{L:1}(0)/ε^L. Which basis does not matter: the product moves the same way. Theory note 05, S-C ("Build").
 *
 * @param psi Ψ, d × d
 * @param Q orthogonal d × d
 * @param rank r̂
 */
export function compressedFrames(psi: Matrix, Q: Matrix, rank: number): CompressedFrames {
  const { u, s, vt } = svd(psi)
  const d = psi.rows
  const spanning = matrix(d, 2 * rank)
  const pulled = matmul(Q, u, { transposeA: true })
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < rank; j++) {
      spanning.data[i * 2 * rank + j] = vt.data[j * d + i]!
      spanning.data[i * 2 * rank + rank + j] = pulled.data[i * pulled.cols + j]!
    }
  }
  const V = qr(spanning).q
  return { V, U: matmul(Q, V), surrogateValues: s }
}

/** Vᵀ and U from the frames, every W̃_l(0) = ε I. */
export function compressedInitial(frames: CompressedFrames, depth: number, initScale: number): ParameterArrays {
  const { V, U } = frames
  const core = identity(V.cols).data.map((value) => initScale * value)
  const cores = Array.from({ length: depth }, (_, i) => [`W${i + 1}`, core.slice()] as const)
  const Vt = Float64Array.from(V.data, (_, at) => V.data[(at % V.rows) * V.cols + Math.floor(at / V.rows)]!)
  return { Vt, ...Object.fromEntries(cores), U: U.data }
}
