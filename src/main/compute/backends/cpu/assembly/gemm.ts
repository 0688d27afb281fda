import { dots4x2, tile2x2, tile4x2, tile6x1, tile6x2 } from './tiles'
import { packPanels, packRows } from './pack'
import { BLOCK_K, BLOCK_M, BLOCK_N, packedA, packedB } from './scratch'
import { LANES, PANEL, SHIFT, SIZE } from './vector'

/**
 * C ← kept · C + scale · op(A) op(B), row-major and dense: op(A) is m × k, op(B) k × n, C m × n. C must not overlap A
 * or B. With kept = 0, C is not read. The order of every sum is fixed by the shapes alone.
 *
 * Small products run on the operands where they lie; large ones are packed into panels first, because their strides
 * would evict themselves from the cache.
 */
export function gemm(
  transposeA: i32,
  transposeB: i32,
  m: i32,
  n: i32,
  k: i32,
  scale: f64,
  a: usize,
  b: usize,
  kept: f64,
  c: usize,
): void {
  const alpha = <Real>scale
  const keep = <Real>kept
  const rowA: usize = transposeA ? SIZE : (<usize>k) << SHIFT
  const stepA: usize = transposeA ? (<usize>m) << SHIFT : SIZE
  const stepB: usize = transposeB ? SIZE : (<usize>n) << SHIFT
  const colB: usize = transposeB ? (<usize>k) << SHIFT : SIZE
  const rowC = (<usize>n) << SHIFT
  if (packingPays(transposeA, transposeB, m, n, k)) {
    packed(m, n, k, alpha, a, rowA, stepA, b, stepB, colB, keep, c, rowC)
  } else if (n == 1 && stepA == SIZE) {
    // A column lies in memory as its transpose does.
    dots(m, n, k, alpha, a, rowA, b, (<usize>k) << SHIFT, keep, c, rowC)
  } else if (n == 1) {
    // (Aᵀ x)ᵀ = xᵀ A runs along the rows of A.
    direct(1, m, k, alpha, b, (<usize>k) << SHIFT, SIZE, a, stepA, keep, c, (<usize>m) << SHIFT)
  } else if (!transposeB) {
    direct(m, n, k, alpha, a, rowA, stepA, b, stepB, keep, c, rowC)
  } else {
    dots(m, n, k, alpha, a, rowA, b, colB, keep, c, rowC)
  }
}

/** Measured: operands that fit the first-level cache are fastest in place, as are those with few rows to use them. */
function packingPays(transposeA: i32, transposeB: i32, m: i32, n: i32, k: i32): bool {
  if (transposeA && transposeB) return true
  return m >= 24 && n >= PANEL && (<usize>k * <usize>n) << SHIFT >= 65536
}

/** On operands in place; op(B) must have its columns side by side. Row panels outermost: C is written as it lies. */
function direct(
  m: i32,
  n: i32,
  k: i32,
  alpha: Real,
  a: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  stepB: usize,
  keep: Real,
  c: usize,
  rowC: usize,
): void {
  const rest = n % PANEL
  const wide = rest <= LANES ? n - rest : n
  let i = 0
  while (i < m) {
    const left = m - i
    // 7 = 4 + 3 and 8 = 4 + 4 waste less than 6 + 1 and 6 + 2.
    const rows = left > 8 || left == 6 || left == 5 ? min(left, 6) : min(left, left > 2 ? 4 : 2)
    for (let j = 0; j < wide; j += PANEL) {
      const at = b + ((<usize>j) << SHIFT)
      const to = c + ((<usize>j) << SHIFT)
      const cols = min(n - j, PANEL)
      if (rows > 4) tile6x2(k, a, rowA, stepA, at, stepB, to, rowC, rows, cols, alpha, keep)
      else if (rows > 2) tile4x2(k, a, rowA, stepA, at, stepB, to, rowC, rows, cols, alpha, keep)
      else tile2x2(k, a, rowA, stepA, at, stepB, to, rowC, rows, cols, alpha, keep)
    }
    if (wide < n) {
      const at = b + ((<usize>wide) << SHIFT)
      const to = c + ((<usize>wide) << SHIFT)
      tile6x1(k, a, rowA, stepA, at, stepB, to, rowC, rows, n - wide, alpha, keep)
    }
    i += rows
    a += <usize>rows * rowA
    c += <usize>rows * rowC
  }
}

/** A Bᵀ on operands in place. */
function dots(
  m: i32,
  n: i32,
  k: i32,
  alpha: Real,
  a: usize,
  rowA: usize,
  b: usize,
  rowB: usize,
  keep: Real,
  c: usize,
  rowC: usize,
): void {
  for (let i = 0; i < m; i += 4) {
    const at = a + <usize>i * rowA
    const to = c + <usize>i * rowC
    const rows = min(m - i, 4)
    for (let j = 0; j < n; j += 2) {
      dots4x2(
        k,
        at,
        rowA,
        b + <usize>j * rowB,
        rowB,
        to + ((<usize>j) << SHIFT),
        rowC,
        rows,
        min(n - j, 2),
        alpha,
        keep,
      )
    }
  }
}

/** Blocked as in Goto and van de Geijn 2008: a packed block of A stays in L2 while panels of B pass through L1. */
function packed(
  m: i32,
  n: i32,
  k: i32,
  alpha: Real,
  a: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  stepB: usize,
  colB: usize,
  keep: Real,
  c: usize,
  rowC: usize,
): void {
  const blockA = packedA()
  const blockB = packedB()
  for (let j0 = 0; j0 < n; j0 += BLOCK_N) {
    const nb = min(n - j0, BLOCK_N)
    let p0 = 0
    do {
      const kb = min(k - p0, BLOCK_K)
      const before: Real = p0 == 0 ? keep : 1
      packPanels(b + <usize>p0 * stepB + <usize>j0 * colB, stepB, colB, kb, nb, blockB)
      for (let i0 = 0; i0 < m; i0 += BLOCK_M) {
        const mb = min(m - i0, BLOCK_M)
        packRows(a + <usize>i0 * rowA + <usize>p0 * stepA, rowA, stepA, mb, kb, blockA)
        const corner = c + <usize>i0 * rowC + ((<usize>j0) << SHIFT)
        for (let j = 0; j < nb; j += PANEL) {
          const panel = blockB + ((<usize>(j * kb)) << SHIFT)
          const to = corner + ((<usize>j) << SHIFT)
          const cols = min(nb - j, PANEL)
          for (let i = 0; i < mb; i += 6) {
            const from = blockA + ((<usize>(i * kb)) << SHIFT)
            const rows = min(mb - i, 6)
            const at = to + <usize>i * rowC
            if (rows > 4) tile6x2(kb, from, SIZE, 6 * SIZE, panel, 32, at, rowC, rows, cols, alpha, before)
            else if (rows > 2) tile4x2(kb, from, SIZE, 6 * SIZE, panel, 32, at, rowC, rows, cols, alpha, before)
            else tile2x2(kb, from, SIZE, 6 * SIZE, panel, 32, at, rowC, rows, cols, alpha, before)
          }
        }
      }
      p0 += BLOCK_K
    } while (p0 < k)
  }
}
