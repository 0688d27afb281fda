import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { ParameterArrays } from '#main/core/snapshot'
import { expectClose } from '../helpers/expectClose'

/** `sinmat(a,b,scale,phase,step=1)` of golden/05: A[i][j] = scale sin(phase + step (i b + j)). */
export function sinmat(rows: number, cols: number, scale: number, phase: number, step = 1): Matrix {
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, (_, at) => scale * Math.sin(phase + step * at)),
  )
}

/** `house(d,s)` of golden/05: three reflections along sine vectors, an orthogonal matrix. */
export function house(d: number, s: number): Matrix {
  const reflection = (a: number) =>
    reflector(Float64Array.from({ length: d }, (_, i) => Math.sin(s + a + 1.7 * (i + 1) * (a + 1))))
  return matmul(matmul(reflection(0), reflection(1)), reflection(2))
}

/** I − 2 v vᵀ/(vᵀv) */
export function reflector(v: Float64Array): Matrix {
  const d = v.length
  const length = v.reduce((sum, x) => sum + x * x, 0)
  return matrix(
    d,
    d,
    Float64Array.from({ length: d * d }, (_, at) => {
      const [i, j] = [Math.floor(at / d), at % d]
      return (i === j ? 1 : 0) - (2 * v[i]! * v[j]!) / length
    }),
  )
}

/** Weights as the parameters W1, W2 … of a model. */
export function namedWeights(weights: readonly Matrix[]): ParameterArrays {
  return Object.fromEntries(weights.map(({ data }, i) => [`W${i + 1}`, data]))
}

export function scaledBy(A: Matrix, factor: number): Matrix {
  return { ...A, data: A.data.map((value) => factor * value) }
}

/** The first rows of a matrix. */
export function topRows({ cols, data }: Matrix, rows: number): Matrix {
  return matrix(rows, cols, data.slice(0, rows * cols))
}

/** The first columns of a matrix. */
export function leftColumns({ rows, cols, data }: Matrix, kept: number): Matrix {
  return matrix(
    rows,
    kept,
    data.filter((_, at) => at % cols < kept),
  )
}

/** Row 0 of A Aᵀ: of the projector on the columns of A, if they are orthonormal. */
export function projectorRow(A: Matrix): Float64Array {
  return matmul(topRows(A, 1), A, { transposeB: true }).data
}

/** The tolerance that golden/05 states. */
export const TOLERANCE = { rtol: 1e-8, atol: 1e-12 }

/** NC1, D and the like: relative 1e-6 without slack; what the file has below 1e-20 (orthogonal data) only below 1e-18. */
export function expectRatio(actual: number, expected: number, label: string): void {
  expectClose(actual, expected, Math.abs(expected) < 1e-20 ? { atol: 1e-18 } : { rtol: 1e-6 }, label)
}

/** Any other number. */
export function expectGolden(actual: number, expected: number, label: string): void {
  expectClose(actual, expected, TOLERANCE, label)
}

/** Eigenvalues in descending order: 1e-9 of the largest magnitude. */
export function expectEigenvalues(actual: ArrayLike<number>, expected: readonly number[], label: string): void {
  const largest = Math.max(...expected.map(Math.abs))
  expectClose(actual, expected, { atol: 1e-9 * largest }, label)
}
