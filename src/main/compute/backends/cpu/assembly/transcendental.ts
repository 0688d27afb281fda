import { pairBytes } from './elementwise'
import { Pair } from './exponential'

export function exp(x: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) v128.store(y + i, Pair.exp(v128.load(x + i)))
}

export function log(x: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += 8) store<f64>(y + i, Math.log(load<f64>(x + i)))
}

export function log1p(x: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += 8) store<f64>(y + i, Math.log1p(load<f64>(x + i)))
}

/**
 * x^exponent. Small multiples of ½, which roots and their derivatives are made of, by products, one root and one
 * reciprocal: a few ulp. Everything else by Math.pow.
 */
export function power(x: usize, y: usize, n: u32, exponent: f64): void {
  const size = Math.abs(exponent)
  const halves = <i32>(2 * size)
  if (<f64>halves != 2 * size || halves > 8) {
    for (let i: usize = 0, end = (<usize>n) << 3; i < end; i += 8) {
      store<f64>(y + i, Math.pow(load<f64>(x + i), exponent))
    }
    return
  }
  const one = f64x2.splat(1)
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    let p = (halves & 1) != 0 ? f64x2.sqrt(v) : one
    for (let factor = halves >> 1; factor > 0; factor--) p = f64x2.mul(p, v)
    v128.store(y + i, exponent < 0 ? f64x2.div(one, p) : p)
  }
}

/** 1 / (1 + e⁻ˣ) as e^(−|x|) / (1 + e^(−|x|)) for negative x: no side cancels or overflows. */
export function sigmoid(x: usize, y: usize, n: u32): void {
  const sign = i64x2.splat(i64.MIN_VALUE)
  const one = f64x2.splat(1)
  const zero = f64x2.splat(0)
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    const e = Pair.exp(v128.or(v, sign))
    const top = v128.bitselect(e, one, f64x2.lt(v, zero))
    v128.store(y + i, f64x2.div(top, f64x2.add(one, e)))
  }
}

/** log(1 + eˣ) = max(x, 0) + log1p(e^(−|x|)). */
export function softplus(x: usize, y: usize, n: u32): void {
  const sign = i64x2.splat(i64.MIN_VALUE)
  const zero = f64x2.splat(0)
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    const e = Pair.exp(v128.or(v, sign))
    const left = Math.log1p(f64x2.extract_lane(e, 0))
    const right = Math.log1p(f64x2.extract_lane(e, 1))
    const tail = f64x2.replace_lane(f64x2.splat(left), 1, right)
    v128.store(y + i, f64x2.add(v128.and(v, f64x2.gt(v, zero)), tail))
  }
}
