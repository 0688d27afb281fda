import { sameShape, sizeOf, type Node } from '../node'
import type { PrimitiveOf } from '../primitive'
import { reshape } from './layout'
import { operand } from './node'

export interface ProductOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  readonly alpha?: number
}

/**
 * alpha · op(a) op(b); op transposes the last two axes when asked. Arrays of more axes are stacks of matrices: equal
 * leading axes are multiplied pair by pair, and a single matrix is shared by the whole stack of the other operand.
 *
 * Scales and transposes move into the products they touch, where gemm applies them for nothing; the identities used
 * are exact up to the order of one rounding.
 */
export function matmul(
  a: Node,
  b: Node,
  { transposeA = false, transposeB = false, alpha = 1 }: ProductOptions = {},
): Node {
  const left = a.primitive
  const right = b.primitive
  if (left.op === 'transpose' && swapsMatrices(left)) {
    return matmul(operand(a), b, { transposeA: !transposeA, transposeB, alpha })
  }
  if (right.op === 'transpose' && swapsMatrices(right)) {
    return matmul(a, operand(b), { transposeA, transposeB: !transposeB, alpha })
  }
  if (left.op === 'scale') return matmul(operand(a), b, { transposeA, transposeB, alpha: alpha * left.factor })
  if (right.op === 'scale') return matmul(a, operand(b), { transposeA, transposeB, alpha: alpha * right.factor })
  if (a.shape.length <= 2 && b.shape.length <= 2) {
    return a.graph.apply({ op: 'matmul', transposeA, transposeB, alpha }, [a, b])
  }
  // A stack times one matrix is one tall product.
  if (b.shape.length === 2 && !transposeA) {
    const rows = sizeOf(a.shape.slice(0, -1))
    const tall = matmul(reshape(a, [rows, a.shape.at(-1) ?? 0]), b, { transposeB, alpha })
    return reshape(tall, [...a.shape.slice(0, -1), tall.shape[1] ?? 0])
  }
  return a.graph.apply({ op: 'batchMatmul', transposeA, transposeB, alpha, reduce: false }, [a, b])
}

/** alpha · Σ op(a_r) op(b_r) over the leading axes of two stacks of matrices: one matrix. */
export function summedMatmul(
  a: Node,
  b: Node,
  { transposeA = false, transposeB = false, alpha = 1 }: ProductOptions = {},
): Node {
  // Σ_r A_rᵀ B_r is one product with all rows below one another.
  if (transposeA && !transposeB && sameShape(a.shape.slice(0, -1), b.shape.slice(0, -1))) {
    const rows = sizeOf(a.shape.slice(0, -1))
    const [tallA, tallB] = [a, b].map((x) => reshape(x, [rows, x.shape.at(-1) ?? 0]))
    if (tallA && tallB) return matmul(tallA, tallB, { transposeA, alpha })
  }
  return a.graph.apply({ op: 'batchMatmul', transposeA, transposeB, alpha, reduce: true }, [a, b])
}

/** Whether a transpose swaps the last two axes and nothing else. */
function swapsMatrices({ axes }: PrimitiveOf<'transpose'>): boolean {
  const rank = axes.length
  return rank >= 2 && axes.every((from, to) => from === (to === rank - 1 ? rank - 2 : to === rank - 2 ? rank - 1 : to))
}
