// Register tiles of gemm: each computes a few rows and columns of C ← keep · C + alpha · op(A) op(B).
// a: first element of the tile's rows; rowA, stepA: bytes from row to row and from k to k + 1. b likewise.
// Missing rows repeat the last one, missing columns read past the row's end: computed, never stored. Twelve
// accumulators, two values of B and one of A fill the fifteen vector registers that the engine hands out on x86.

/** Write-back. In a class, because only methods may carry the decorator that inlines them. */
class Edge {
  @inline
  static blend(c: usize, sum: v128, alpha: v128, keep: f64): v128 {
    const fresh = f64x2.mul(alpha, sum)
    return keep == 0 ? fresh : f64x2.relaxed_madd(f64x2.splat(keep), v128.load(c), fresh)
  }

  /** Writes the first `cols` of four neighbours; with keep = 0, C is not read. */
  @inline
  static storeFour(c: usize, left: v128, right: v128, cols: i32, alpha: v128, keep: f64): void {
    if (cols >= 4) {
      v128.store(c, Edge.blend(c, left, alpha, keep))
      v128.store(c, Edge.blend(c + 16, right, alpha, keep), 16)
    } else {
      Edge.storeTwo(c, left, cols, alpha, keep)
      if (cols == 3) store<f64>(c, f64x2.extract_lane(Edge.blend(c + 16, right, alpha, keep), 0), 16)
    }
  }

  @inline
  static storeTwo(c: usize, pair: v128, cols: i32, alpha: v128, keep: f64): void {
    const value = Edge.blend(c, pair, alpha, keep)
    if (cols >= 2) v128.store(c, value)
    else store<f64>(c, f64x2.extract_lane(value, 0))
  }
}

/** 5 or 6 rows, up to 4 columns. */
export function tile6x4(
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
  scale: f64,
  keep: f64,
): void {
  let a1 = a0 + rowA
  let a2 = a1 + rowA
  let a3 = a2 + rowA
  let a4 = a3 + rowA
  let a5 = rows > 5 ? a4 + rowA : a4
  let c00 = f64x2.splat(0),
    c01 = f64x2.splat(0)
  let c10 = f64x2.splat(0),
    c11 = f64x2.splat(0)
  let c20 = f64x2.splat(0),
    c21 = f64x2.splat(0)
  let c30 = f64x2.splat(0),
    c31 = f64x2.splat(0)
  let c40 = f64x2.splat(0),
    c41 = f64x2.splat(0)
  let c50 = f64x2.splat(0),
    c51 = f64x2.splat(0)
  for (; k > 0; k--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let s = v128.load64_splat(a0)
    c00 = f64x2.relaxed_madd(s, b0, c00)
    c01 = f64x2.relaxed_madd(s, b1, c01)
    s = v128.load64_splat(a1)
    c10 = f64x2.relaxed_madd(s, b0, c10)
    c11 = f64x2.relaxed_madd(s, b1, c11)
    s = v128.load64_splat(a2)
    c20 = f64x2.relaxed_madd(s, b0, c20)
    c21 = f64x2.relaxed_madd(s, b1, c21)
    s = v128.load64_splat(a3)
    c30 = f64x2.relaxed_madd(s, b0, c30)
    c31 = f64x2.relaxed_madd(s, b1, c31)
    s = v128.load64_splat(a4)
    c40 = f64x2.relaxed_madd(s, b0, c40)
    c41 = f64x2.relaxed_madd(s, b1, c41)
    s = v128.load64_splat(a5)
    c50 = f64x2.relaxed_madd(s, b0, c50)
    c51 = f64x2.relaxed_madd(s, b1, c51)
    a0 += stepA
    a1 += stepA
    a2 += stepA
    a3 += stepA
    a4 += stepA
    a5 += stepA
    b += stepB
  }
  const alpha = f64x2.splat(scale)
  Edge.storeFour(c, c00, c01, cols, alpha, keep)
  Edge.storeFour((c += rowC), c10, c11, cols, alpha, keep)
  Edge.storeFour((c += rowC), c20, c21, cols, alpha, keep)
  Edge.storeFour((c += rowC), c30, c31, cols, alpha, keep)
  Edge.storeFour((c += rowC), c40, c41, cols, alpha, keep)
  if (rows > 5) Edge.storeFour(c + rowC, c50, c51, cols, alpha, keep)
}

/** 3 or 4 rows, up to 4 columns. */
export function tile4x4(
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
  scale: f64,
  keep: f64,
): void {
  let a1 = a0 + rowA
  let a2 = a1 + rowA
  let a3 = rows > 3 ? a2 + rowA : a2
  let c00 = f64x2.splat(0),
    c01 = f64x2.splat(0)
  let c10 = f64x2.splat(0),
    c11 = f64x2.splat(0)
  let c20 = f64x2.splat(0),
    c21 = f64x2.splat(0)
  let c30 = f64x2.splat(0),
    c31 = f64x2.splat(0)
  for (; k > 0; k--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let s = v128.load64_splat(a0)
    c00 = f64x2.relaxed_madd(s, b0, c00)
    c01 = f64x2.relaxed_madd(s, b1, c01)
    s = v128.load64_splat(a1)
    c10 = f64x2.relaxed_madd(s, b0, c10)
    c11 = f64x2.relaxed_madd(s, b1, c11)
    s = v128.load64_splat(a2)
    c20 = f64x2.relaxed_madd(s, b0, c20)
    c21 = f64x2.relaxed_madd(s, b1, c21)
    s = v128.load64_splat(a3)
    c30 = f64x2.relaxed_madd(s, b0, c30)
    c31 = f64x2.relaxed_madd(s, b1, c31)
    a0 += stepA
    a1 += stepA
    a2 += stepA
    a3 += stepA
    b += stepB
  }
  const alpha = f64x2.splat(scale)
  Edge.storeFour(c, c00, c01, cols, alpha, keep)
  Edge.storeFour((c += rowC), c10, c11, cols, alpha, keep)
  Edge.storeFour((c += rowC), c20, c21, cols, alpha, keep)
  if (rows > 3) Edge.storeFour(c + rowC, c30, c31, cols, alpha, keep)
}

/** 1 or 2 rows, up to 4 columns. */
export function tile2x4(
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
  scale: f64,
  keep: f64,
): void {
  let a1 = rows > 1 ? a0 + rowA : a0
  let c00 = f64x2.splat(0),
    c01 = f64x2.splat(0)
  let c10 = f64x2.splat(0),
    c11 = f64x2.splat(0)
  for (; k > 0; k--) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let s = v128.load64_splat(a0)
    c00 = f64x2.relaxed_madd(s, b0, c00)
    c01 = f64x2.relaxed_madd(s, b1, c01)
    s = v128.load64_splat(a1)
    c10 = f64x2.relaxed_madd(s, b0, c10)
    c11 = f64x2.relaxed_madd(s, b1, c11)
    a0 += stepA
    a1 += stepA
    b += stepB
  }
  const alpha = f64x2.splat(scale)
  Edge.storeFour(c, c00, c01, cols, alpha, keep)
  if (rows > 1) Edge.storeFour(c + rowC, c10, c11, cols, alpha, keep)
}

/** Up to 6 rows, 1 or 2 columns: what is left at the right edge. */
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
  scale: f64,
  keep: f64,
): void {
  let a1 = rows > 1 ? a0 + rowA : a0
  let a2 = rows > 2 ? a1 + rowA : a1
  let a3 = rows > 3 ? a2 + rowA : a2
  let a4 = rows > 4 ? a3 + rowA : a3
  let a5 = rows > 5 ? a4 + rowA : a4
  let c0 = f64x2.splat(0),
    c1 = f64x2.splat(0),
    c2 = f64x2.splat(0)
  let c3 = f64x2.splat(0),
    c4 = f64x2.splat(0),
    c5 = f64x2.splat(0)
  for (; k > 0; k--) {
    const b0 = v128.load(b)
    c0 = f64x2.relaxed_madd(v128.load64_splat(a0), b0, c0)
    c1 = f64x2.relaxed_madd(v128.load64_splat(a1), b0, c1)
    c2 = f64x2.relaxed_madd(v128.load64_splat(a2), b0, c2)
    c3 = f64x2.relaxed_madd(v128.load64_splat(a3), b0, c3)
    c4 = f64x2.relaxed_madd(v128.load64_splat(a4), b0, c4)
    c5 = f64x2.relaxed_madd(v128.load64_splat(a5), b0, c5)
    a0 += stepA
    a1 += stepA
    a2 += stepA
    a3 += stepA
    a4 += stepA
    a5 += stepA
    b += stepB
  }
  const alpha = f64x2.splat(scale)
  Edge.storeTwo(c, c0, cols, alpha, keep)
  if (rows > 1) Edge.storeTwo((c += rowC), c1, cols, alpha, keep)
  if (rows > 2) Edge.storeTwo((c += rowC), c2, cols, alpha, keep)
  if (rows > 3) Edge.storeTwo((c += rowC), c3, cols, alpha, keep)
  if (rows > 4) Edge.storeTwo((c += rowC), c4, cols, alpha, keep)
  if (rows > 5) Edge.storeTwo(c + rowC, c5, cols, alpha, keep)
}

/** [Σ of the left pair, Σ of the right pair]. */
function pairSums(left: v128, right: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(left, right, 0, 2), v128.shuffle<f64>(left, right, 1, 3))
}

/**
 * Up to 4 rows, 1 or 2 columns of A Bᵀ, where both run along k: dot products, two k at a time, no broadcast and no
 * packing.
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
  scale: f64,
  keep: f64,
): void {
  let a1 = rows > 1 ? a0 + rowA : a0
  let a2 = rows > 2 ? a1 + rowA : a1
  let a3 = rows > 3 ? a2 + rowA : a2
  let b1 = cols > 1 ? b0 + rowB : b0
  let c00 = f64x2.splat(0),
    c01 = f64x2.splat(0)
  let c10 = f64x2.splat(0),
    c11 = f64x2.splat(0)
  let c20 = f64x2.splat(0),
    c21 = f64x2.splat(0)
  let c30 = f64x2.splat(0),
    c31 = f64x2.splat(0)
  for (; k > 1; k -= 2) {
    const p = v128.load(b0)
    const q = v128.load(b1)
    let s = v128.load(a0)
    c00 = f64x2.relaxed_madd(s, p, c00)
    c01 = f64x2.relaxed_madd(s, q, c01)
    s = v128.load(a1)
    c10 = f64x2.relaxed_madd(s, p, c10)
    c11 = f64x2.relaxed_madd(s, q, c11)
    s = v128.load(a2)
    c20 = f64x2.relaxed_madd(s, p, c20)
    c21 = f64x2.relaxed_madd(s, q, c21)
    s = v128.load(a3)
    c30 = f64x2.relaxed_madd(s, p, c30)
    c31 = f64x2.relaxed_madd(s, q, c31)
    a0 += 16
    a1 += 16
    a2 += 16
    a3 += 16
    b0 += 16
    b1 += 16
  }
  if (k > 0) {
    const p = v128.load64_zero(b0)
    const q = v128.load64_zero(b1)
    let s = v128.load64_zero(a0)
    c00 = f64x2.relaxed_madd(s, p, c00)
    c01 = f64x2.relaxed_madd(s, q, c01)
    s = v128.load64_zero(a1)
    c10 = f64x2.relaxed_madd(s, p, c10)
    c11 = f64x2.relaxed_madd(s, q, c11)
    s = v128.load64_zero(a2)
    c20 = f64x2.relaxed_madd(s, p, c20)
    c21 = f64x2.relaxed_madd(s, q, c21)
    s = v128.load64_zero(a3)
    c30 = f64x2.relaxed_madd(s, p, c30)
    c31 = f64x2.relaxed_madd(s, q, c31)
  }
  const alpha = f64x2.splat(scale)
  Edge.storeTwo(c, pairSums(c00, c01), cols, alpha, keep)
  if (rows > 1) Edge.storeTwo((c += rowC), pairSums(c10, c11), cols, alpha, keep)
  if (rows > 2) Edge.storeTwo((c += rowC), pairSums(c20, c21), cols, alpha, keep)
  if (rows > 3) Edge.storeTwo(c + rowC, pairSums(c30, c31), cols, alpha, keep)
}
