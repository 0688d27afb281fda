import { hostBlasInUse, type HostBlas } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { classColumns } from './classColumns'

/** Samples treated together: four rows of deviations of this length stay in the first cache, the products in the second. */
const CHUNK = 512
/** Likewise for a library, which takes all rows at once: at d = 512 their deviations fill half a megabyte. */
const LIBRARY_CHUNK = 128

export interface DeviationProducts {
  /** Qᵀ (h_ic − μ_c), p × N. */
  readonly products: Matrix
  /** Σ ‖h_ic − μ_c‖², in squared units of the features. */
  readonly squares: number
}

/**
 * Products of every sample's deviation from its class mean with p vectors, in one pass over the features.
 *
 * The means are subtracted before anything is multiplied: E[hhᵀ] − μμᵀ cancels badly near collapse (theory note 05, S-D).
 * By a library's gemm where there is one, else four rows times two vectors at a time: 16 operations for 8 memory
 * accesses, where a product row by row has 2 for 3. The two routes differ by rounding.
 *
 * @param features d × N, columns ordered by class
 * @param means d × K, of the same features
 * @param Q d × p
 * @throws LabError 'shape' if the sizes do not fit the columns
 */
export function deviationProducts(
  features: Matrix,
  means: Matrix,
  classSizes: readonly number[],
  Q: Matrix,
): DeviationProducts {
  const { rows: d, cols: N, data } = features
  const [K, p] = [means.cols, Q.cols]
  const products = matrix(p, N)
  const blas = hostBlasInUse()
  if (blas && p > 0) return { products, squares: addByLibrary(blas, products, features, means, classSizes, Q) }
  const outputs = Array.from({ length: p }, (_, k) => products.data.subarray(k * N, (k + 1) * N))
  const buffers = Array.from({ length: 4 }, () => new Float64Array(CHUNK))
  let squares = 0
  for (const { k: c, start, end } of classColumns('deviationProducts', features, classSizes)) {
    for (let from = start; from < end; from += CHUNK) {
      const length = Math.min(CHUNK, end - from)
      for (let a = 0; a < d; a += 4) {
        const rows = Math.min(4, d - a)
        for (let r = 0; r < rows; r++) {
          squares += deviateInPlace(buffers[r]!, data, (a + r) * N + from, length, means.data[(a + r) * K + c]!)
        }
        for (let r = rows; r < 4; r++) buffers[r]!.fill(0)
        for (let k = 0; k < p; k += 2) addProducts(outputs, k, buffers, Q, a, from, length)
      }
    }
  }
  return { products, squares }
}

/** products ← Qᵀ R chunk by chunk; returns the sum of squares of R. */
function addByLibrary(
  blas: HostBlas,
  products: Matrix,
  features: Matrix,
  means: Matrix,
  classSizes: readonly number[],
  Q: Matrix,
): number {
  const { rows: d, cols: N, data } = features
  const [K, p] = [means.cols, Q.cols]
  const deviations = new Float64Array(d * LIBRARY_CHUNK)
  let squares = 0
  for (const { k: c, start, end } of classColumns('deviationProducts', features, classSizes)) {
    for (let from = start; from < end; from += LIBRARY_CHUNK) {
      const length = Math.min(LIBRARY_CHUNK, end - from)
      for (let a = 0; a < d; a++) {
        const into = deviations.subarray(a * LIBRARY_CHUNK, a * LIBRARY_CHUNK + length)
        squares += deviateInPlace(into, data, a * N + from, length, means.data[a * K + c]!)
      }
      const into = products.data.subarray(from)
      blas.gemm(true, false, p, length, d, 1, Q.data, p, deviations, LIBRARY_CHUNK, into, N)
    }
  }
  return squares
}

/** Writes deviations from a mean; returns the sum of their squares. */
function deviateInPlace(into: Float64Array, data: Float64Array, at: number, length: number, mean: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) {
    const deviation = data[at + i]! - mean
    into[i] = deviation
    sum += deviation * deviation
  }
  return sum
}

/** Rows a … a + 3 of the deviations times columns k and k + 1 of Q. */
function addProducts(
  outputs: readonly Float64Array[],
  k: number,
  [r0, r1, r2, r3]: readonly Float64Array[],
  { rows, cols, data: q }: Matrix,
  a: number,
  from: number,
  length: number,
): void {
  const [x, other] = [outputs[k]!, outputs[k + 1]]
  const coefficient = (row: number, column: number) => (row < rows ? q[row * cols + column]! : 0)
  const c0 = coefficient(a, k)
  const c1 = coefficient(a + 1, k)
  const c2 = coefficient(a + 2, k)
  const c3 = coefficient(a + 3, k)
  if (!other) {
    for (let i = 0; i < length; i++) x[from + i]! += c0 * r0![i]! + c1 * r1![i]! + (c2 * r2![i]! + c3 * r3![i]!)
    return
  }
  const e0 = coefficient(a, k + 1)
  const e1 = coefficient(a + 1, k + 1)
  const e2 = coefficient(a + 2, k + 1)
  const e3 = coefficient(a + 3, k + 1)
  for (let i = 0; i < length; i++) {
    const y0 = r0![i]!
    const y1 = r1![i]!
    const y2 = r2![i]!
    const y3 = r3![i]!
    x[from + i]! += c0 * y0 + c1 * y1 + (c2 * y2 + c3 * y3)
    other[from + i]! += e0 * y0 + e1 * y1 + (e2 * y2 + e3 * y3)
  }
}
