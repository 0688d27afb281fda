import type { Matrix } from '../matrix'

/** The LAPACK routines we use, Fortran style: all by reference, column-major, then the lengths of the strings. */
export interface LapackLibrary {
  dsyevd(
    job: string,
    triangle: string,
    n: Int32Array,
    a: Float64Array,
    lda: Int32Array,
    values: Float64Array,
    work: Float64Array,
    workSize: Int32Array,
    integerWork: Int32Array,
    integerWorkSize: Int32Array,
    info: Int32Array,
    jobLength: number,
    triangleLength: number,
  ): void
  dgesdd(
    job: string,
    m: Int32Array,
    n: Int32Array,
    a: Float64Array,
    lda: Int32Array,
    s: Float64Array,
    u: Float64Array,
    ldu: Int32Array,
    vt: Float64Array,
    ldvt: Int32Array,
    work: Float64Array,
    workSize: Int32Array,
    integerWork: Int32Array,
    info: Int32Array,
    jobLength: number,
  ): void
}

let current: LapackLibrary | null = null

/** From now on symmetricEigen and svd of this process use this library; null: our own code. */
export function useLapack(library: LapackLibrary | null): void {
  current = library
}

export function lapackInUse(): LapackLibrary | null {
  return current
}

/**
 * @returns ascending eigenvalues and, if asked, eigenvectors as rows; null if the routine did not converge
 */
export function lapackSymmetricEigen(
  { dsyevd }: LapackLibrary,
  data: Float64Array,
  n: number,
  vectors: boolean,
): { values: Float64Array; rows: Float64Array } | null {
  const [job, size] = [vectors ? 'V' : 'N', Int32Array.of(n)]
  // The routine overwrites its operand. Our lower triangle is its upper one.
  const rows = data.slice()
  const values = new Float64Array(n)
  const work = new Float64Array(1 + 6 * n + (vectors ? 2 * n * n : 64 * n))
  const integerWork = new Int32Array(3 + 5 * n)
  const info = new Int32Array(1)
  dsyevd(
    job,
    'U',
    size,
    rows,
    size,
    values,
    work,
    Int32Array.of(work.length),
    integerWork,
    Int32Array.of(integerWork.length),
    info,
    1,
    1,
  )
  return info[0] === 0 ? { values, rows } : null
}

/**
 * Thin SVD. Our row-major A is the library's Aᵀ = V S Uᵀ: its "u" is our vt and its "vt" our u, as they lie in memory.
 *
 * @returns u (m × r), s descending, vt (r × n), r = min(m, n); null if the routine did not converge
 */
export function lapackSvd(
  { dgesdd }: LapackLibrary,
  { rows: m, cols: n, data }: Matrix,
  vectors: boolean,
): { u: Float64Array; s: Float64Array; vt: Float64Array } | null {
  const r = Math.min(m, n)
  const s = new Float64Array(r)
  const u = new Float64Array(vectors ? m * r : 1)
  const vt = new Float64Array(vectors ? r * n : 1)
  const longer = Math.max(m, n)
  const work = new Float64Array(4 * r * r + 7 * r + longer + 64 * (longer + r))
  const info = new Int32Array(1)
  dgesdd(
    vectors ? 'S' : 'N',
    Int32Array.of(n),
    Int32Array.of(m),
    data.slice(),
    Int32Array.of(n),
    s,
    vt,
    Int32Array.of(n),
    u,
    Int32Array.of(r),
    work,
    Int32Array.of(work.length),
    new Int32Array(8 * r),
    info,
    1,
  )
  return info[0] === 0 ? { u, s, vt } : null
}
