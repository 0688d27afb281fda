import type { Kernel, ScalarCell } from '../backend'
import type { BlasProduct } from './blas'
import { PLAIN, ROW_MAJOR, TRANSPOSED } from './hostBlas'
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

export function embeddedGemm({ gemm }: WasmKernels): GemmRoute {
  return {
    fixed:
      ({ transposeA, transposeB, m, n, k, alpha, scale, keep }, a, b, c) =>
      () =>
        gemm(transposeA, transposeB, m, n, k, alpha * scale.value, a, b, keep.value, c),
    moving({ transposeA, transposeB, m, n, k, alpha, scale, keep }) {
      const multiply = (a: Offset, b: Offset, c: Offset): void =>
        gemm(transposeA, transposeB, m, n, k, alpha * scale.value, a, b, keep.value, c)
      return Object.assign(multiply, { isEmbedded: true } as const)
    },
  }
}

/** The address is read at each call, because growing may move the memory. */
export function blasGemm(product: BlasProduct, memory: CpuMemory): GemmRoute {
  const moving = ({ transposeA, transposeB, m, n, k, alpha, scale, keep }: GemmProblem): Gemm => {
    // BLAS rejects leading dimensions of 0, and such a product has nothing to compute.
    if (m === 0 || n === 0) return () => {}
    const opA = transposeA ? TRANSPOSED : PLAIN
    const opB = transposeB ? TRANSPOSED : PLAIN
    const rowA = Math.max(1, transposeA ? m : k)
    const rowB = Math.max(1, transposeB ? k : n)
    return (a, b, c) => {
      const base = memory.address
      const factor = alpha * scale.value
      product(ROW_MAJOR, opA, opB, m, n, k, factor, base + a, rowA, base + b, rowB, keep.value, base + c, n)
    }
  }
  return {
    fixed(problem, a, b, c) {
      const multiply = moving(problem)
      return () => multiply(a, b, c)
    },
    moving,
  }
}

// Measured with OpenBLAS: below, the foreign call (0.15 µs) and BLAS's own packing cost more
// than its wider vectors gain. Constants, never timings: the choice must be the same in every run of a spec.
const BLAS_MIN_VOLUME = 8_192
const BLAS_MIN_SIDE = 8

export function chosenGemm(embedded: GemmRoute, blas: GemmRoute): GemmRoute {
  const routeFor = ({ m, n, k }: GemmProblem): GemmRoute =>
    m * n * k >= BLAS_MIN_VOLUME && Math.min(m, n) >= BLAS_MIN_SIDE ? blas : embedded
  return {
    fixed: (problem, a, b, c) => routeFor(problem).fixed(problem, a, b, c),
    moving: (problem) => routeFor(problem).moving(problem),
  }
}
