import type { Kernel, ScalarCell } from '../backend'
import type { BlasProduct } from './blas'
import type { CpuMemory } from './memory'
import type { Offset, WasmKernels } from './wasm'

/** C ← keep · C + alpha · scale · op(A) op(B); op(A) is m × k, op(B) k × n, all row-major. */
export interface GemmProblem {
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly m: number
  readonly n: number
  readonly k: number
  readonly alpha: number
  readonly scale: ScalarCell
  readonly keep: ScalarCell
}

/** One product of a shape: where its operands lie is said at each call, so that stacks of matrices share it. */
export interface Gemm {
  (a: Offset, b: Offset, c: Offset): void
  /** It is the WebAssembly kernel, which also runs on whole stacks. */
  readonly isEmbedded?: true
}

export interface GemmRoute {
  /** For operands that stay where they are: one call less, which small models feel in every step. */
  fixed(problem: GemmProblem, a: Offset, b: Offset, c: Offset): Kernel
  moving(problem: GemmProblem): Gemm
}

/*
 * A number that reaches a foreign function is an object to the engine, and computing one at each call is garbage at each
 * call. So coefficients and addresses are kept, and computed again only when a learning rate has changed or growing has
 * moved the memory.
 */

export function embeddedGemm({ gemm }: WasmKernels): GemmRoute {
  const moving = ({ transposeA, transposeB, m, n, k, alpha, scale, keep }: GemmProblem): Gemm => {
    let [given, factor, kept] = [NaN, NaN, NaN]
    const multiply = (a: Offset, b: Offset, c: Offset): void => {
      if (scale.value !== given || keep.value !== kept) {
        ;[given, kept] = [scale.value, keep.value]
        factor = alpha * given
      }
      gemm(transposeA, transposeB, m, n, k, factor, a, b, kept, c)
    }
    return Object.assign(multiply, { isEmbedded: true } as const)
  }
  return {
    fixed(problem, a, b, c) {
      const multiply = moving(problem)
      return () => multiply(a, b, c)
    },
    moving,
  }
}

const ROW_MAJOR = 101
const PLAIN = 111
const TRANSPOSED = 112

export function blasGemm(product: BlasProduct, memory: CpuMemory): GemmRoute {
  /** The product at absolute addresses. */
  const at = ({ transposeA, transposeB, m, n, k, alpha, scale, keep }: GemmProblem): Gemm => {
    // BLAS rejects leading dimensions of 0, and such a product has nothing to compute.
    if (m === 0 || n === 0) return () => {}
    const opA = transposeA ? TRANSPOSED : PLAIN
    const opB = transposeB ? TRANSPOSED : PLAIN
    const rowA = Math.max(1, transposeA ? m : k)
    const rowB = Math.max(1, transposeB ? k : n)
    let [given, factor, kept] = [NaN, NaN, NaN]
    return (a, b, c) => {
      if (scale.value !== given || keep.value !== kept) {
        ;[given, kept] = [scale.value, keep.value]
        factor = alpha * given
      }
      product(ROW_MAJOR, opA, opB, m, n, k, factor, a, rowA, b, rowB, kept, c, n)
    }
  }
  return {
    fixed(problem, a, b, c) {
      const multiply = at(problem)
      let [base, atA, atB, atC] = [NaN, NaN, NaN, NaN]
      return () => {
        if (memory.address !== base) {
          base = memory.address
          ;[atA, atB, atC] = [base + a, base + b, base + c]
        }
        multiply(atA, atB, atC)
      }
    },
    moving(problem) {
      const multiply = at(problem)
      return (a, b, c) => multiply(memory.address + a, memory.address + b, memory.address + c)
    },
  }
}
