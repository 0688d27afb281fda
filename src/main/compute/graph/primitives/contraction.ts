import { add, matmul as product } from '../ops'
import { input, matrixShape, plus, shapeError, type PrimitiveDefinition } from './definition'

export const matmul: PrimitiveDefinition<'matmul'> = {
  shape({ transposeA, transposeB }, inputs) {
    const a = matrixShape('matmul', inputs, 0)
    const b = matrixShape('matmul', inputs, 1)
    const [m, inner] = transposeA ? [a[1], a[0]] : a
    const [outer, n] = transposeB ? [b[1], b[0]] : b
    if (inner !== outer) throw shapeError('matmul', inputs, `equal inner extents (here ${inner} and ${outer})`)
    return [m, n]
  },
  // y = α op(a) op(b):  op(a)‾ = α ȳ op(b)ᵀ and op(b)‾ = α op(a)ᵀ ȳ; transposing both sides gives ā where op transposes.
  vjp(node, { transposeA, transposeB, alpha }, cotangent) {
    const [a, b] = [input(node, 0), input(node, 1)]
    return [
      transposeA
        ? product(b, cotangent, { transposeA: transposeB, transposeB: true, alpha })
        : product(cotangent, b, { transposeB: !transposeB, alpha }),
      transposeB
        ? product(cotangent, a, { transposeA: true, transposeB: transposeA, alpha })
        : product(a, cotangent, { transposeA: !transposeA, alpha }),
    ]
  },
  jvp: (node, { transposeA, transposeB, alpha }, [a = null, b = null]) =>
    plus(
      a && product(a, input(node, 1), { transposeA, transposeB, alpha }),
      b && product(input(node, 0), b, { transposeA, transposeB, alpha }),
      add,
    ),
}
