import { sameShape, type Node, type Shape } from '../node'
import { add, matmul as product, summedMatmul } from '../ops'
import type { Op } from '../primitive'
import { eachReplica, input, matrixShape, onStacks, plus, type PrimitiveDefinition, shapeError } from './definition'

export const matmul: PrimitiveDefinition<'matmul'> = {
  shape: ({ transposeA, transposeB }, inputs) => [
    ...productShape(
      'matmul',
      matrixShape('matmul', inputs, 0),
      matrixShape('matmul', inputs, 1),
      { transposeA, transposeB },
      inputs,
    ),
  ],
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
  replicate: (attributes, operands) => onStacks({ ...attributes, op: 'batchMatmul', reduce: false }, operands),
}

/** As matmul, matrix by matrix; a shared operand collects the sum over the stack. */
export const batchMatmul: PrimitiveDefinition<'batchMatmul'> = {
  shape({ transposeA, transposeB, reduce }, inputs) {
    const [a = [], b = []] = inputs
    const [stackA, stackB] = [a.slice(0, -2), b.slice(0, -2)]
    const areStacks = sameShape(stackA, stackB) ? stackA.length > 0 : !reduce && (a.length === 2 || b.length === 2)
    if (inputs.length !== 2 || a.length < 2 || b.length < 2 || !areStacks) {
      throw shapeError(
        'batchMatmul',
        inputs,
        `stacks of matrices with equal leading axes${reduce ? '' : ', or one matrix'}`,
      )
    }
    const matrices = [a.slice(-2), b.slice(-2)]
    const [left, right] = [matrixShape('batchMatmul', matrices, 0), matrixShape('batchMatmul', matrices, 1)]
    const each = productShape('batchMatmul', left, right, { transposeA, transposeB }, inputs)
    return reduce ? each : [...(stackA.length > 0 ? stackA : stackB), ...each]
  },
  vjp(node, { transposeA, transposeB, alpha }, cotangent) {
    const [a, b] = [input(node, 0), input(node, 1)]
    const forA = multiplierFor(a, node)
    const forB = multiplierFor(b, node)
    return [
      transposeA
        ? forA(b, cotangent, { transposeA: transposeB, transposeB: true, alpha })
        : forA(cotangent, b, { transposeB: !transposeB, alpha }),
      transposeB
        ? forB(cotangent, a, { transposeA: true, transposeB: transposeA, alpha })
        : forB(a, cotangent, { transposeA: !transposeA, alpha }),
    ]
  },
  jvp(node, { transposeA, transposeB, alpha, reduce }, [a = null, b = null]) {
    const multiply = reduce ? summedMatmul : product
    return plus(
      a && multiply(a, input(node, 1), { transposeA, transposeB, alpha }),
      b && multiply(input(node, 0), b, { transposeA, transposeB, alpha }),
      add,
    )
  },
  replicate: eachReplica,
}

/** A matrix shared by a stack of results collects the sum of its cotangents. */
function multiplierFor(operand: Node, result: Node): typeof product {
  return operand.shape.length === 2 && result.shape.length > 2 ? summedMatmul : product
}

function productShape(
  op: Op,
  a: readonly [number, number],
  b: readonly [number, number],
  { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean },
  inputs: readonly Shape[],
): readonly [number, number] {
  const [m, inner] = transposeA ? [a[1], a[0]] : a
  const [outer, n] = transposeB ? [b[1], b[0]] : b
  if (inner !== outer) throw shapeError(op, inputs, `equal inner extents (here ${inner} and ${outer})`)
  return [m, n]
}
