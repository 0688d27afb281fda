import { SHIFT, SIZE, Vector } from './vector'
import { Exponential } from './exponential'
import { Logarithm } from './logarithm'

/**
 * y ← softmax of x along the middle axis of outer × extent × inner, a vector of neighbouring columns at a time;
 * the maximum is subtracted first. A NaN is passed over by pmax, but then makes the mass and so its whole column NaN.
 */
export function softmax(x: usize, y: usize, outer: u32, extent: u32, inner: u32): void {
  const row = (<usize>inner) << SHIFT
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
      let mass = v128.splat<Real>(0)
      const left = row - j
      for (let k = j; k < end; k += row) {
        const e = Exponential.of(v128.sub<Real>(v128.load(x + k), top))
        mass = v128.add<Real>(mass, e)
        Vector.store(y + k, e, left)
      }
      for (let k = j; k < end; k += row) Vector.store(y + k, v128.div<Real>(v128.load(y + k), mass), left)
    }
    x += end
    y += end
  }
}

/** One column that lies in memory as a row: neighbours are elements of it. */
function softmaxRow(x: usize, y: usize, n: u32): void {
  const end = (<usize>n) << SHIFT
  const whole = end & ~15
  let tops = v128.splat<Real>(-Infinity)
  for (let k: usize = 0; k < whole; k += 16) tops = v128.pmax<Real>(tops, v128.load(x + k))
  let top = Vector.max(tops)
  for (let k = whole; k < end; k += SIZE) top = max(top, load<Real>(x + k))
  let masses = v128.splat<Real>(0)
  for (let k: usize = 0; k < whole; k += 16) {
    const e = Exponential.of(v128.sub<Real>(v128.load(x + k), v128.splat<Real>(top)))
    masses = v128.add<Real>(masses, e)
    v128.store(y + k, e)
  }
  let mass = Vector.sum(masses)
  for (let k = whole; k < end; k += SIZE) {
    const e = v128.extract_lane<Real>(Exponential.of(v128.splat<Real>(load<Real>(x + k) - top)), 0)
    mass += e
    store<Real>(y + k, e)
  }
  for (let k: usize = 0; k < whole; k += 16) v128.store(y + k, v128.div<Real>(v128.load(y + k), v128.splat<Real>(mass)))
  for (let k = whole; k < end; k += SIZE) store<Real>(y + k, load<Real>(y + k) / mass)
}

/**
 * y ← log Σ eˣ along the middle axis: max + log1p of the other terms, each relative to the largest. Elements equal to
 * an infinite maximum count as such, so that ±∞ give ±∞.
 */
export function logSumExp(x: usize, y: usize, outer: u32, extent: u32, inner: u32): void {
  const row = (<usize>inner) << SHIFT
  const end = <usize>extent * row
  for (let o: u32 = 0; o < outer; o++) {
    for (let j: usize = 0; j < row; j += 16) {
      const top = Columns.top(x + j, row, end)
      const others = Columns.others(x + j, row, end, top)
      Vector.store(y + j, v128.add<Real>(top, Logarithm.log1p(others)), row - j)
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
  const row = (<usize>N) << SHIFT
  const end = <usize>K * row
  const one = v128.splat<Real>(1)
  for (let j: usize = 0; j < row; j += 16) {
    const top = Columns.top(f + j, row, end)
    let others = v128.splat<Real>(0)
    let ones = others
    const left = row - j
    for (let k = j; k < end; k += row) {
      const term = Exponential.of(v128.sub<Real>(v128.load(f + k), top))
      const isOne = v128.eq<Real>(term, one)
      others = v128.add<Real>(others, v128.andnot(term, isOne))
      ones = v128.add<Real>(ones, v128.and(one, isOne))
      Vector.store(e + k, term, left)
    }
    // All terms but one of the largest, which is 1; equals of it have the same p and the same 1 − p.
    others = v128.add<Real>(others, v128.sub<Real>(ones, one))
    const mass = v128.add<Real>(one, others)
    const rest = v128.div<Real>(others, mass)
    for (let k = j; k < end; k += row) {
      const term = v128.load(e + k)
      const p = v128.div<Real>(term, mass)
      const q = v128.bitselect(rest, v128.sub<Real>(one, p), v128.eq<Real>(term, one))
      const t = v128.load(y + k)
      Vector.store(e + k, v128.sub<Real>(v128.mul<Real>(p, v128.sub<Real>(one, t)), v128.mul<Real>(t, q)), left)
    }
  }
}

/** What is done to a vector of neighbouring columns at once. */
export class Columns {
  @inline
  static top(x: usize, row: usize, bytes: usize): v128 {
    let top = v128.splat<Real>(-Infinity)
    for (let k: usize = 0; k < bytes; k += row) top = v128.pmax<Real>(top, v128.load(x + k))
    return top
  }

  /** Σ e^(x − top) without one of the largest elements, whose term is 1. */
  @inline
  static others(x: usize, row: usize, bytes: usize, top: v128): v128 {
    const one = v128.splat<Real>(1)
    let others = v128.splat<Real>(0)
    let ones = others
    for (let k: usize = 0; k < bytes; k += row) {
      const v = v128.load(x + k)
      const term = Exponential.of(v128.andnot(v128.sub<Real>(v, top), v128.eq<Real>(v, top)))
      const isOne = v128.eq<Real>(term, one)
      others = v128.add<Real>(others, v128.andnot(term, isOne))
      ones = v128.add<Real>(ones, v128.and(one, isOne))
    }
    // One is always there, unless the column has a NaN, which the sum then carries.
    return v128.add<Real>(others, v128.sub<Real>(ones, one))
  }
}
