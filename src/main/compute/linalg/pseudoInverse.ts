import type { Matrix } from '../matrix'
import { matmul } from './matmul'
import { svd } from './svd'

/**
 * Moore–Penrose inverse V S⁺ Uᵀ, n × m for an m × n matrix.
 *
 * @param cutoff singular values ≤ cutoff · s₀ count as zero. There is no default on purpose: the choice is part of the
 *   definition of any quantity built on it
 */
export function pseudoInverse(a: Matrix, { cutoff }: { readonly cutoff: number }): Matrix {
  const { u, s, vt } = svd(a)
  const floor = cutoff * (s[0] ?? 0)
  s.forEach((value, i) => {
    const factor = value > floor ? 1 / value : 0
    for (let j = 0; j < vt.cols; j++) vt.data[i * vt.cols + j] = vt.data[i * vt.cols + j]! * factor
  })
  return matmul(vt, u, { transposeA: true, transposeB: true })
}
