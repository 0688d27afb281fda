import { Pair } from './exponential'
import { LogPair } from './logarithm'

/**
 * y ← softmax of x along the middle axis of outer × extent × inner, two neighbouring columns at a time; the maximum is
 * subtracted first. A NaN is passed over by pmax, but then makes the mass and so its whole column NaN.
 */
export function softmax(x: usize, y: usize, outer: u32, extent: u32, inner: u32): void {
  const row = (<usize>inner) << 3
  const end = <usize>extent * row
  for (let o: u32 = 0; o < outer; o++) {
    if (inner == 1) {
      softmaxRow(x, y, extent)
      x += end
      y += end
      continue
    }
    for (let j: usize = 0; j < row; j += 16) {
      const top = Columns.top(x + j, row, end)
      let mass = f64x2.splat(0)
      const both = j + 16 <= row
      for (let k = j; k < end; k += row) {
        const e = Pair.exp(f64x2.sub(v128.load(x + k), top))
        mass = f64x2.add(mass, e)
        Columns.store(y + k, e, both)
      }
      for (let k = j; k < end; k += row) Columns.store(y + k, f64x2.div(v128.load(y + k), mass), both)
    }
    x += end
    y += end
  }
}

/** One column that lies in memory as a row: neighbours are two elements of it. */
function softmaxRow(x: usize, y: usize, n: u32): void {
  const pairs = (<usize>(n & ~1)) << 3
  let tops = f64x2.splat(-Infinity)
  for (let k: usize = 0; k < pairs; k += 16) tops = f64x2.pmax(tops, v128.load(x + k))
  let top = max(f64x2.extract_lane(tops, 0), f64x2.extract_lane(tops, 1))
  if (n & 1) top = max(top, load<f64>(x + pairs))
  let masses = f64x2.splat(0)
  for (let k: usize = 0; k < pairs; k += 16) {
    const e = Pair.exp(f64x2.sub(v128.load(x + k), f64x2.splat(top)))
    masses = f64x2.add(masses, e)
    v128.store(y + k, e)
  }
  let mass: f64 = f64x2.extract_lane(masses, 0) + f64x2.extract_lane(masses, 1)
  if (n & 1) {
    const e: f64 = f64x2.extract_lane(Pair.exp(f64x2.splat(load<f64>(x + pairs) - top)), 0)
    mass += e
    store<f64>(y + pairs, e)
  }
  for (let k: usize = 0; k < pairs; k += 16) v128.store(y + k, f64x2.div(v128.load(y + k), f64x2.splat(mass)))
  if (n & 1) store<f64>(y + pairs, load<f64>(y + pairs) / mass)
}

/**
 * y ← log Σ eˣ along the middle axis: max + log1p of the other terms, each relative to the largest. Elements equal to
 * an infinite maximum count as such, so that ±∞ give ±∞.
 */
export function logSumExp(x: usize, y: usize, outer: u32, extent: u32, inner: u32): void {
  const row = (<usize>inner) << 3
  const end = <usize>extent * row
  for (let o: u32 = 0; o < outer; o++) {
    for (let j: usize = 0; j < row; j += 16) {
      const top = Columns.top(x + j, row, end)
      const others = Columns.others(x + j, row, end, top)
      Columns.store(y + j, f64x2.add(top, LogPair.log1p(others)), j + 16 <= row)
    }
    x += end
    y += row
  }
}

/**
 * e ← softmax(f) − y for K × N logits f and targets y, whose columns sum to 1.
 *
 * p_k − y_k = p_k (1 − y_k) − y_k (1 − p_k), where 1 − p of the largest logit is the sum of the other probabilities:
 * p − 1 would be rounding once the margin exceeds 37, and the columns of e would no longer sum to 0.
 */
export function softmaxError(f: usize, y: usize, e: usize, K: u32, N: u32): void {
  const row = (<usize>N) << 3
  const end = <usize>K * row
  const one = f64x2.splat(1)
  for (let j: usize = 0; j < row; j += 16) {
    const top = Columns.top(f + j, row, end)
    let others = f64x2.splat(0)
    let ones = others
    const both = j + 16 <= row
    for (let k = j; k < end; k += row) {
      const term = Pair.exp(f64x2.sub(v128.load(f + k), top))
      const isOne = f64x2.eq(term, one)
      others = f64x2.add(others, v128.andnot(term, isOne))
      ones = f64x2.add(ones, v128.and(one, isOne))
      Columns.store(e + k, term, both)
    }
    // All terms but one of the largest, which is 1; equals of it have the same p and the same 1 − p.
    others = f64x2.add(others, f64x2.sub(ones, one))
    const mass = f64x2.add(one, others)
    const rest = f64x2.div(others, mass)
    for (let k = j; k < end; k += row) {
      const term = v128.load(e + k)
      const p = f64x2.div(term, mass)
      const q = v128.bitselect(rest, f64x2.sub(one, p), f64x2.eq(term, one))
      const t = v128.load(y + k)
      Columns.store(e + k, f64x2.sub(f64x2.mul(p, f64x2.sub(one, t)), f64x2.mul(t, q)), both)
    }
  }
}

/** What is done to two neighbouring columns at once. */
export class Columns {
  @inline
  static top(x: usize, row: usize, bytes: usize): v128 {
    let top = f64x2.splat(-Infinity)
    for (let k: usize = 0; k < bytes; k += row) top = f64x2.pmax(top, v128.load(x + k))
    return top
  }

  /** Σ e^(x − top) without one of the largest elements, whose term is 1. */
  @inline
  static others(x: usize, row: usize, bytes: usize, top: v128): v128 {
    const one = f64x2.splat(1)
    let others = f64x2.splat(0)
    let ones = others
    for (let k: usize = 0; k < bytes; k += row) {
      const v = v128.load(x + k)
      const term = Pair.exp(v128.andnot(f64x2.sub(v, top), f64x2.eq(v, top)))
      const isOne = f64x2.eq(term, one)
      others = f64x2.add(others, v128.andnot(term, isOne))
      ones = f64x2.add(ones, v128.and(one, isOne))
    }
    // One is always there, unless the column has a NaN, which the sum then carries.
    return f64x2.add(others, f64x2.sub(ones, one))
  }

  /** The last column of an odd number has no neighbour: the next double belongs to the next row. */
  @inline
  static store(at: usize, pair: v128, both: bool): void {
    if (both) v128.store(at, pair)
    else store<f64>(at, f64x2.extract_lane(pair, 0))
  }
}
