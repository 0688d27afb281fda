import { type Shape, sizeOf } from '../../../graph/node'
import type { Op } from '../../../graph/primitive'
import type { Kernel } from '../../backend'
import type { CpuBuffer } from '../buffer'
import type { GemmProblem } from '../gemm'
import type { Offset } from '../wasm'
import { coefficientsOfParts, expectSize, matrixShape, misfit, ONE, two, type CpuCall, type CpuKernel } from './kernel'

export const matmul: CpuKernel<'matmul'> = {
  accumulates: true,
  bind({ inputs, output, scale, keep, gemm }, { transposeA, transposeB, alpha }) {
    const [a, b] = two(inputs, 'matmul')
    const { m, n, k } = extents('matmul', matrixShape(a, 'matmul'), matrixShape(b, 'matmul'), transposeA, transposeB)
    expectSize('matmul', output, m * n)
    refuseOperand('matmul', output, [a, b])
    return gemm.fixed({ transposeA, transposeB, m, n, k, alpha, scale, keep }, a.at, b.at, output.at)
  },
}

export const batchMatmul: CpuKernel<'batchMatmul'> = {
  accumulates: 'each replica',
  bind(call, { transposeA, transposeB, alpha, reduce }) {
    const { inputs, output, gemm } = call
    const [a, b] = two(inputs, 'batchMatmul')
    const [stackA, stackB] = [stackOf(a.shape), stackOf(b.shape)]
    const { m, n, k } = extents('batchMatmul', stackA.matrix, stackB.matrix, transposeA, transposeB)
    const count = Math.max(stackA.count, stackB.count)
    if ([stackA, stackB].some((stack) => stack.count !== count && !stack.isShared)) {
      throw misfit('batchMatmul', `stacks of ${stackA.count} and ${stackB.count} matrices`)
    }
    expectSize('batchMatmul', output, reduce ? m * n : count * m * n)
    refuseOperand('batchMatmul', output, [a, b])
    const problem = { transposeA, transposeB, m, n, k, alpha }
    const [left, right, to] = [a.at, b.at, output.at]
    const stepA = stackA.isShared ? 0 : m * k * a.numberBytes
    const stepB = stackB.isShared ? 0 : k * n * b.numberBytes
    if (reduce) {
      const { scale, keep, replicas } = call
      if (replicas) throw misfit('batchMatmul', 'one sum cannot have coefficients for each replica')
      const [first, next] = [gemm.moving({ ...problem, scale, keep }), gemm.moving({ ...problem, scale, keep: ONE })]
      return () => {
        for (let r = 0; r < count; r++) {
          const multiply = r === 0 ? first : next
          multiply(left + r * stepA, right + r * stepB, to)
        }
      }
    }
    const stepC = m * n * output.numberBytes
    if (call.replicas && output.shape[0] !== count) throw misfit('batchMatmul', 'a stack of stacks for each replica')
    const { scale, keep, forEach } = coefficientsOfParts('batchMatmul', call)
    if (gemm.moving({ ...problem, scale, keep }).isEmbedded) {
      return embeddedStack(call, { ...problem, count, left, stepA, right, stepB, to, stepC })
    }
    const products = Array.from({ length: count }, (_, r) =>
      gemm.fixed({ ...problem, scale, keep }, left + r * stepA, right + r * stepB, to + r * stepC),
    )
    if (output.shape[0] === count) return forEach((r) => products[r]!())
    return () => {
      for (let r = 0; r < count; r++) products[r]!()
    }
  },
}

interface StackOfProducts extends Omit<GemmProblem, 'scale' | 'keep'> {
  readonly count: number
  readonly left: Offset
  readonly stepA: number
  readonly right: Offset
  readonly stepB: number
  readonly to: Offset
  readonly stepC: number
}

/** All products in one call. */
function embeddedStack({ scale, keep, replicas, wasm: { gemmStack } }: CpuCall, stack: StackOfProducts): Kernel {
  const { count, transposeA, transposeB, m, n, k, alpha, left, stepA, right, stepB, to, stepC } = stack
  const [scales, keeps] = [replicas?.scale.at ?? 0, replicas?.keep.at ?? 0]
  return () => {
    gemmStack(
      count,
      transposeA,
      transposeB,
      m,
      n,
      k,
      alpha,
      left,
      stepA,
      right,
      stepB,
      to,
      stepC,
      scale.value,
      keep.value,
      scales,
      keeps,
    )
  }
}

function extents(
  op: Op,
  [rowsA, colsA]: readonly [number, number],
  [rowsB, colsB]: readonly [number, number],
  transposeA: boolean,
  transposeB: boolean,
): { m: number; n: number; k: number } {
  const [m, k] = transposeA ? [colsA, rowsA] : [rowsA, colsA]
  const [kB, n] = transposeB ? [colsB, rowsB] : [rowsB, colsB]
  if (k !== kB) throw misfit(op, `inner dimensions ${k} and ${kB} differ`)
  return { m, n, k }
}

function stackOf(shape: Shape): { count: number; matrix: readonly [number, number]; isShared: boolean } {
  const [rows, cols] = shape.slice(-2)
  if (rows === undefined || cols === undefined) throw misfit('batchMatmul', `[${shape.join(', ')}] is not a matrix`)
  return { count: sizeOf(shape.slice(0, -2)), matrix: [rows, cols], isShared: shape.length === 2 }
}

/** Unlike elementwise kernels, a product reads its operands after it began to write. */
function refuseOperand(op: Op, output: CpuBuffer, operands: readonly CpuBuffer[]): void {
  if (operands.some((operand) => operand.at === output.at)) throw misfit(op, 'the output is one of the operands')
}
