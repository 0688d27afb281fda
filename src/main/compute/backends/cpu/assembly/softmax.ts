import { SHIFT, Vector } from './vector'
import { Exponential } from './exponential'

/**
 * y ← softmax of x along the middle axis of outer × extent × inner, a vector of neighbouring columns at a time; the maximum is
 * subtracted first. A NaN is passed over by pmax, but then makes the mass and so its whole column NaN.
 */
export function softmax(x: usize, y: usize, outer: u32, extent: u32, inner: u32): void {
  const row = (<usize>inner) << SHIFT
  const end = <usize>extent * row
  for (let o: u32 = 0; o < outer; o++) {
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
      Vector.store(y + j, v128.add<Real>(top, Vector.log1p(others)), row - j)
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
    let mass = v128.splat<Real>(0)
    let others = mass
    let seen = mass
    const left = row - j
    for (let k = j; k < end; k += row) {
      const v = v128.load(f + k)
      const term = Exponential.of(v128.sub<Real>(v, top))
      const isFirst = v128.andnot(v128.eq<Real>(v, top), seen)
      seen = v128.or(seen, isFirst)
      mass = v128.add<Real>(mass, term)
      others = v128.add<Real>(others, v128.andnot(term, isFirst))
      Vector.store(e + k, term, left)
    }
    seen = v128.splat<Real>(0)
    const rest = v128.div<Real>(others, mass)
    for (let k = j; k < end; k += row) {
      const isFirst = v128.andnot(v128.eq<Real>(v128.load(f + k), top), seen)
      seen = v128.or(seen, isFirst)
      const p = v128.div<Real>(v128.load(e + k), mass)
      const q = v128.bitselect(rest, v128.sub<Real>(one, p), isFirst)
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

  /** Σ e^(x − top) without the first largest element, whose term is 1. */
  @inline
  static others(x: usize, row: usize, bytes: usize, top: v128): v128 {
    const zero = v128.splat<Real>(0)
    let others = zero
    let seen = zero
    for (let k: usize = 0; k < bytes; k += row) {
      const v = v128.load(x + k)
      const isTop = v128.eq<Real>(v, top)
      const isFirst = v128.andnot(isTop, seen)
      seen = v128.or(seen, isFirst)
      const term = Exponential.of(v128.andnot(v128.sub<Real>(v, top), isTop))
      others = v128.add<Real>(others, v128.andnot(term, isFirst))
    }
    return others
  }
}
