// Below this length a plain sum with four running pairs is exact enough; above, sums are split in halves.
const LEAF: u32 = 128

/** Pairwise sum: the error grows with log n, and the order is fixed by n alone. */
export function pairwiseSum(x: usize, n: u32): f64 {
  if (n > LEAF) {
    const half = (n >> 1) & ~7
    return pairwiseSum(x, half) + pairwiseSum(x + ((<usize>half) << 3), n - half)
  }
  let s0 = f64x2.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  const end = x + ((<usize>n) << 3)
  for (; x + 64 <= end; x += 64) {
    s0 = f64x2.add(s0, v128.load(x))
    s1 = f64x2.add(s1, v128.load(x, 16))
    s2 = f64x2.add(s2, v128.load(x, 32))
    s3 = f64x2.add(s3, v128.load(x, 48))
  }
  s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3))
  let rest: f64 = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1)
  for (; x < end; x += 8) rest += load<f64>(x)
  return rest
}

export function total(x: usize, y: usize, n: u32): void {
  store<f64>(y, pairwiseSum(x, n))
}

/** Sum over the middle axis of outer × extent × inner. */
export function sum(x: usize, y: usize, outer: u32, extent: u32, inner: u32): void {
  const row = (<usize>inner) << 3
  for (let o: u32 = 0; o < outer; o++) {
    if (inner == 1) {
      store<f64>(y, pairwiseSum(x, extent))
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const s = compensatedColumns(x + j, extent, row)
        if (j + 16 <= row) v128.store(y + j, s)
        else store<f64>(y + j, f64x2.extract_lane(s, 0))
      }
    }
    x += <usize>extent * row
    y += row
  }
}

/** Kahan's compensated sum down two neighbouring columns: error of a few ulp of Σ|x|, however long the column. */
function compensatedColumns(x: usize, extent: u32, stride: usize): v128 {
  let s = f64x2.splat(0)
  let lost = s
  for (let e: u32 = 0; e < extent; e++) {
    const term = f64x2.sub(v128.load(x), lost)
    const next = f64x2.add(s, term)
    lost = f64x2.sub(f64x2.sub(next, s), term)
    s = next
    x += stride
  }
  return s
}
