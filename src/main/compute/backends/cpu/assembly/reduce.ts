import { SHIFT, SIZE, Vector } from './vector'

// Below this length a plain sum with four running vectors is exact enough; above, sums are split in halves.
const LEAF: u32 = 128

/** Pairwise sum: the error grows with log n, and the order is fixed by n alone. */
export function pairwiseSum(x: usize, n: u32): Real {
  if (n > LEAF) {
    const half = (n >> 1) & ~7
    return pairwiseSum(x, half) + pairwiseSum(x + ((<usize>half) << SHIFT), n - half)
  }
  let s0 = v128.splat<Real>(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  const end = x + ((<usize>n) << SHIFT)
  for (; x + 64 <= end; x += 64) {
    s0 = v128.add<Real>(s0, v128.load(x))
    s1 = v128.add<Real>(s1, v128.load(x, 16))
    s2 = v128.add<Real>(s2, v128.load(x, 32))
    s3 = v128.add<Real>(s3, v128.load(x, 48))
  }
  s0 = v128.add<Real>(v128.add<Real>(s0, s1), v128.add<Real>(s2, s3))
  let rest = Vector.sum(s0)
  for (; x < end; x += SIZE) rest += load<Real>(x)
  return rest
}

export function total(x: usize, y: usize, n: u32): void {
  store<Real>(y, pairwiseSum(x, n))
}

/** Sum over the middle axis of outer × extent × inner. */
export function sum(x: usize, y: usize, outer: u32, extent: u32, inner: u32): void {
  const row = (<usize>inner) << SHIFT
  for (let o: u32 = 0; o < outer; o++) {
    if (inner == 1) {
      store<Real>(y, pairwiseSum(x, extent))
    } else {
      let j: usize = 0
      for (; j + 64 <= row; j += 64) compensatedLine(x + j, y + j, extent, row)
      for (; j < row; j += 16) Vector.store(y + j, compensatedColumns(x + j, extent, row), row - j)
    }
    x += <usize>extent * row
    y += row
  }
}

/** Kahan's compensated sum down neighbouring columns: error of a few ulp of Σ|x|, however long the column. */
function compensatedColumns(x: usize, extent: u32, stride: usize): v128 {
  let s = v128.splat<Real>(0)
  let lost = s
  for (let e: u32 = 0; e < extent; e++) {
    const term = v128.sub<Real>(v128.load(x), lost)
    const next = v128.add<Real>(s, term)
    lost = v128.sub<Real>(v128.sub<Real>(next, s), term)
    s = next
    x += stride
  }
  return s
}

/** The same for the columns of a whole cache line: four sums that do not wait for one another. */
function compensatedLine(x: usize, y: usize, extent: u32, stride: usize): void {
  let s0 = v128.splat<Real>(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let lost0 = s0
  let lost1 = s0
  let lost2 = s0
  let lost3 = s0
  for (let e: u32 = 0; e < extent; e++) {
    const term0 = v128.sub<Real>(v128.load(x), lost0)
    const term1 = v128.sub<Real>(v128.load(x, 16), lost1)
    const term2 = v128.sub<Real>(v128.load(x, 32), lost2)
    const term3 = v128.sub<Real>(v128.load(x, 48), lost3)
    const next0 = v128.add<Real>(s0, term0)
    const next1 = v128.add<Real>(s1, term1)
    const next2 = v128.add<Real>(s2, term2)
    const next3 = v128.add<Real>(s3, term3)
    lost0 = v128.sub<Real>(v128.sub<Real>(next0, s0), term0)
    lost1 = v128.sub<Real>(v128.sub<Real>(next1, s1), term1)
    lost2 = v128.sub<Real>(v128.sub<Real>(next2, s2), term2)
    lost3 = v128.sub<Real>(v128.sub<Real>(next3, s3), term3)
    s0 = next0
    s1 = next1
    s2 = next2
    s3 = next3
    x += stride
  }
  v128.store(y, s0)
  v128.store(y, s1, 16)
  v128.store(y, s2, 32)
  v128.store(y, s3, 48)
}
