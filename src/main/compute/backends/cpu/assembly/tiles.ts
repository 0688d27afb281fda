import { LANES, SHIFT, Vector } from './vector'

// Register tiles of gemm: each computes a few rows and columns of C ← keep · C + alpha · op(A) op(B).
// a: first element of the tile's rows; rowA, stepA: bytes from row to row and from k to k + 1. b likewise.
// Missing rows repeat the last one, missing columns read past the row's end: computed, never stored. Twelve
// accumulators, two vectors of B and one of A fill the fifteen vector registers that the engine hands out on x86.

/** Write-back. In a class, because only methods may carry the decorator that inlines them. */
class Edge {
  @inline
  static blend(c: usize, sum: v128, alpha: v128, keep: Real): v128 {
    const fresh = v128.mul<Real>(alpha, sum)
    return keep == 0 ? fresh : v128.relaxed_madd<Real>(v128.splat<Real>(keep), v128.load(c), fresh)
  }

  /** Writes the first `cols` of two neighbouring vectors; with keep = 0, C is not read. */
  @inline
  static storeTwo(c: usize, left: v128, right: v128, cols: i32, alpha: v128, keep: Real): void {
    if (cols >= 2 * LANES) {
      v128.store(c, Edge.blend(c, left, alpha, keep))
      v128.store(c, Edge.blend(c + 16, right, alpha, keep), 16)
    } else {
      Edge.storeOne(c, left, cols, alpha, keep)
      if (cols > LANES) Edge.storeOne(c + 16, right, cols - LANES, alpha, keep)
    }
  }

  @inline
  static storeOne(c: usize, sum: v128, cols: i32, alpha: v128, keep: Real): void {
    Vector.store(c, Edge.blend(c, sum, alpha, keep), (<usize>cols) << SHIFT)
  }
}

/** 5 or 6 rows, up to two vectors of columns. */
export function tile6x2(
  k: i32,
  a0: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  stepB: usize,
  c: usize,
  rowC: usize,
  rows: i32,
  cols: i32,
  scale: Real,
  keep: Real,
): void {
  let a1 = a0 + rowA
  let a2 = a1 + rowA
  let a3 = a2 + rowA
  let a4 = a3 + rowA
  let a5 = rows > 5 ? a4 + rowA : a4
  let c00 = v128.splat<Real>(0),
    c01 = v128.splat<Real>(0)
  let c10 = v128.splat<Real>(0),
    c11 = v128.splat<Real>(0)
  let c20 = v128.splat<Real>(0),
    c21 = v128.splat<Real>(0)
  let c30 = v128.splat<Real>(0),
    c31 = v128.splat<Real>(0)
  let c40 = v128.splat<Real>(0),
    c41 = v128.splat<Real>(0)
  let c50 = v128.splat<Real>(0),
    c51 = v128.splat<Real>(0)
  for (; k > 0; k--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let s = v128.load_splat<Real>(a0)
    c00 = v128.relaxed_madd<Real>(s, b0, c00)
    c01 = v128.relaxed_madd<Real>(s, b1, c01)
    s = v128.load_splat<Real>(a1)
    c10 = v128.relaxed_madd<Real>(s, b0, c10)
    c11 = v128.relaxed_madd<Real>(s, b1, c11)
    s = v128.load_splat<Real>(a2)
    c20 = v128.relaxed_madd<Real>(s, b0, c20)
    c21 = v128.relaxed_madd<Real>(s, b1, c21)
    s = v128.load_splat<Real>(a3)
    c30 = v128.relaxed_madd<Real>(s, b0, c30)
    c31 = v128.relaxed_madd<Real>(s, b1, c31)
    s = v128.load_splat<Real>(a4)
    c40 = v128.relaxed_madd<Real>(s, b0, c40)
    c41 = v128.relaxed_madd<Real>(s, b1, c41)
    s = v128.load_splat<Real>(a5)
    c50 = v128.relaxed_madd<Real>(s, b0, c50)
    c51 = v128.relaxed_madd<Real>(s, b1, c51)
    a0 += stepA
    a1 += stepA
    a2 += stepA
    a3 += stepA
    a4 += stepA
    a5 += stepA
    b += stepB
  }
  const alpha = v128.splat<Real>(scale)
  Edge.storeTwo(c, c00, c01, cols, alpha, keep)
  Edge.storeTwo((c += rowC), c10, c11, cols, alpha, keep)
  Edge.storeTwo((c += rowC), c20, c21, cols, alpha, keep)
  Edge.storeTwo((c += rowC), c30, c31, cols, alpha, keep)
  Edge.storeTwo((c += rowC), c40, c41, cols, alpha, keep)
  if (rows > 5) Edge.storeTwo(c + rowC, c50, c51, cols, alpha, keep)
}

/** 3 or 4 rows, up to two vectors of columns. */
export function tile4x2(
  k: i32,
  a0: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  stepB: usize,
  c: usize,
  rowC: usize,
  rows: i32,
  cols: i32,
  scale: Real,
  keep: Real,
): void {
  let a1 = a0 + rowA
  let a2 = a1 + rowA
  let a3 = rows > 3 ? a2 + rowA : a2
  let c00 = v128.splat<Real>(0),
    c01 = v128.splat<Real>(0)
  let c10 = v128.splat<Real>(0),
    c11 = v128.splat<Real>(0)
  let c20 = v128.splat<Real>(0),
    c21 = v128.splat<Real>(0)
  let c30 = v128.splat<Real>(0),
    c31 = v128.splat<Real>(0)
  for (; k > 0; k--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let s = v128.load_splat<Real>(a0)
    c00 = v128.relaxed_madd<Real>(s, b0, c00)
    c01 = v128.relaxed_madd<Real>(s, b1, c01)
    s = v128.load_splat<Real>(a1)
    c10 = v128.relaxed_madd<Real>(s, b0, c10)
    c11 = v128.relaxed_madd<Real>(s, b1, c11)
    s = v128.load_splat<Real>(a2)
    c20 = v128.relaxed_madd<Real>(s, b0, c20)
    c21 = v128.relaxed_madd<Real>(s, b1, c21)
    s = v128.load_splat<Real>(a3)
    c30 = v128.relaxed_madd<Real>(s, b0, c30)
    c31 = v128.relaxed_madd<Real>(s, b1, c31)
    a0 += stepA
    a1 += stepA
    a2 += stepA
    a3 += stepA
    b += stepB
  }
  const alpha = v128.splat<Real>(scale)
  Edge.storeTwo(c, c00, c01, cols, alpha, keep)
  Edge.storeTwo((c += rowC), c10, c11, cols, alpha, keep)
  Edge.storeTwo((c += rowC), c20, c21, cols, alpha, keep)
  if (rows > 3) Edge.storeTwo(c + rowC, c30, c31, cols, alpha, keep)
}

/** 1 or 2 rows, up to two vectors of columns. */
export function tile2x2(
  k: i32,
  a0: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  stepB: usize,
  c: usize,
  rowC: usize,
  rows: i32,
  cols: i32,
  scale: Real,
  keep: Real,
): void {
  let a1 = rows > 1 ? a0 + rowA : a0
  let c00 = v128.splat<Real>(0),
    c01 = v128.splat<Real>(0)
  let c10 = v128.splat<Real>(0),
    c11 = v128.splat<Real>(0)
  for (; k > 0; k--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let s = v128.load_splat<Real>(a0)
    c00 = v128.relaxed_madd<Real>(s, b0, c00)
    c01 = v128.relaxed_madd<Real>(s, b1, c01)
    s = v128.load_splat<Real>(a1)
    c10 = v128.relaxed_madd<Real>(s, b0, c10)
    c11 = v128.relaxed_madd<Real>(s, b1, c11)
    a0 += stepA
    a1 += stepA
    b += stepB
  }
  const alpha = v128.splat<Real>(scale)
  Edge.storeTwo(c, c00, c01, cols, alpha, keep)
  if (rows > 1) Edge.storeTwo(c + rowC, c10, c11, cols, alpha, keep)
}

/** Up to 6 rows, one vector of columns: what is left at the right edge. */
export function tile6x1(
  k: i32,
  a0: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  stepB: usize,
  c: usize,
  rowC: usize,
  rows: i32,
  cols: i32,
  scale: Real,
  keep: Real,
): void {
  let a1 = rows > 1 ? a0 + rowA : a0
  let a2 = rows > 2 ? a1 + rowA : a1
  let a3 = rows > 3 ? a2 + rowA : a2
  let a4 = rows > 4 ? a3 + rowA : a3
  let a5 = rows > 5 ? a4 + rowA : a4
  let c0 = v128.splat<Real>(0),
    c1 = v128.splat<Real>(0),
    c2 = v128.splat<Real>(0)
  let c3 = v128.splat<Real>(0),
    c4 = v128.splat<Real>(0),
    c5 = v128.splat<Real>(0)
  for (; k > 0; k--) {
    const b0 = v128.load(b)
    c0 = v128.relaxed_madd<Real>(v128.load_splat<Real>(a0), b0, c0)
    c1 = v128.relaxed_madd<Real>(v128.load_splat<Real>(a1), b0, c1)
    c2 = v128.relaxed_madd<Real>(v128.load_splat<Real>(a2), b0, c2)
    c3 = v128.relaxed_madd<Real>(v128.load_splat<Real>(a3), b0, c3)
    c4 = v128.relaxed_madd<Real>(v128.load_splat<Real>(a4), b0, c4)
    c5 = v128.relaxed_madd<Real>(v128.load_splat<Real>(a5), b0, c5)
    a0 += stepA
    a1 += stepA
    a2 += stepA
    a3 += stepA
    a4 += stepA
    a5 += stepA
    b += stepB
  }
  const alpha = v128.splat<Real>(scale)
  Edge.storeOne(c, c0, cols, alpha, keep)
  if (rows > 1) Edge.storeOne((c += rowC), c1, cols, alpha, keep)
  if (rows > 2) Edge.storeOne((c += rowC), c2, cols, alpha, keep)
  if (rows > 3) Edge.storeOne((c += rowC), c3, cols, alpha, keep)
  if (rows > 4) Edge.storeOne((c += rowC), c4, cols, alpha, keep)
  if (rows > 5) Edge.storeOne(c + rowC, c5, cols, alpha, keep)
}

/** Σ of the left vector and Σ of the right one, as the first two numbers. */
function twoSums(left: v128, right: v128): v128 {
  if (sizeof<Real>() == 8) {
    return f64x2.add(v128.shuffle<f64>(left, right, 0, 2), v128.shuffle<f64>(left, right, 1, 3))
  }
  const pairs = f32x4.add(v128.shuffle<f32>(left, right, 0, 2, 4, 6), v128.shuffle<f32>(left, right, 1, 3, 5, 7))
  return f32x4.add(v128.shuffle<f32>(pairs, pairs, 0, 2, 0, 2), v128.shuffle<f32>(pairs, pairs, 1, 3, 1, 3))
}

/**
 * Up to 4 rows, 1 or 2 columns of A Bᵀ, where both run along k: dot products, a vector of k at a time, no broadcast and
 * no packing.
 */
export function dots4x2(
  k: i32,
  a0: usize,
  rowA: usize,
  b0: usize,
  rowB: usize,
  c: usize,
  rowC: usize,
  rows: i32,
  cols: i32,
  scale: Real,
  keep: Real,
): void {
  let a1 = rows > 1 ? a0 + rowA : a0
  let a2 = rows > 2 ? a1 + rowA : a1
  let a3 = rows > 3 ? a2 + rowA : a2
  let b1 = cols > 1 ? b0 + rowB : b0
  let c00 = v128.splat<Real>(0),
    c01 = v128.splat<Real>(0)
  let c10 = v128.splat<Real>(0),
    c11 = v128.splat<Real>(0)
  let c20 = v128.splat<Real>(0),
    c21 = v128.splat<Real>(0)
  let c30 = v128.splat<Real>(0),
    c31 = v128.splat<Real>(0)
  for (; k >= LANES; k -= LANES) {
    const p = v128.load(b0)
    const q = v128.load(b1)
    let s = v128.load(a0)
    c00 = v128.relaxed_madd<Real>(s, p, c00)
    c01 = v128.relaxed_madd<Real>(s, q, c01)
    s = v128.load(a1)
    c10 = v128.relaxed_madd<Real>(s, p, c10)
    c11 = v128.relaxed_madd<Real>(s, q, c11)
    s = v128.load(a2)
    c20 = v128.relaxed_madd<Real>(s, p, c20)
    c21 = v128.relaxed_madd<Real>(s, q, c21)
    s = v128.load(a3)
    c30 = v128.relaxed_madd<Real>(s, p, c30)
    c31 = v128.relaxed_madd<Real>(s, q, c31)
    a0 += 16
    a1 += 16
    a2 += 16
    a3 += 16
    b0 += 16
    b1 += 16
  }
  if (k > 0) {
    const rest = (<usize>k) << SHIFT
    const p = Vector.first(v128.load(b0), rest)
    const q = Vector.first(v128.load(b1), rest)
    let s = Vector.first(v128.load(a0), rest)
    c00 = v128.relaxed_madd<Real>(s, p, c00)
    c01 = v128.relaxed_madd<Real>(s, q, c01)
    s = Vector.first(v128.load(a1), rest)
    c10 = v128.relaxed_madd<Real>(s, p, c10)
    c11 = v128.relaxed_madd<Real>(s, q, c11)
    s = Vector.first(v128.load(a2), rest)
    c20 = v128.relaxed_madd<Real>(s, p, c20)
    c21 = v128.relaxed_madd<Real>(s, q, c21)
    s = Vector.first(v128.load(a3), rest)
    c30 = v128.relaxed_madd<Real>(s, p, c30)
    c31 = v128.relaxed_madd<Real>(s, q, c31)
  }
  const alpha = v128.splat<Real>(scale)
  Edge.storeOne(c, twoSums(c00, c01), cols, alpha, keep)
  if (rows > 1) Edge.storeOne((c += rowC), twoSums(c10, c11), cols, alpha, keep)
  if (rows > 2) Edge.storeOne((c += rowC), twoSums(c20, c21), cols, alpha, keep)
  if (rows > 3) Edge.storeOne(c + rowC, twoSums(c30, c31), cols, alpha, keep)
}
