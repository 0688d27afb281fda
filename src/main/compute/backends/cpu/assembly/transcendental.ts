import { pairBytes } from './elementwise'
import { Pair } from './exponential'
import { LogPair } from './logarithm'

export function exp(x: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) v128.store(y + i, Pair.exp(v128.load(x + i)))
}

export function log(x: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    if (arePositive(v)) v128.store(y + i, LogPair.log(v))
    else
      v128.store(
        y + i,
        f64x2.replace_lane(f64x2.splat(Math.log(f64x2.extract_lane(v, 0))), 1, Math.log(f64x2.extract_lane(v, 1))),
      )
  }
}

export function log1p(x: usize, y: usize, n: u32): void {
  const one = f64x2.splat(1)
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    if (arePositive(f64x2.add(v, one))) v128.store(y + i, LogPair.log1p(v))
    else
      v128.store(
        y + i,
        f64x2.replace_lane(f64x2.splat(Math.log1p(f64x2.extract_lane(v, 0))), 1, Math.log1p(f64x2.extract_lane(v, 1))),
      )
  }
}

/** Both positive, normal and finite. */
function arePositive(v: v128): bool {
  const isNormal = f64x2.ge(v, f64x2.splat(f64.MIN_NORMAL_VALUE))
  return i64x2.all_true(v128.and(isNormal, f64x2.lt(v, f64x2.splat(Infinity))))
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
    v128.store(y + i, f64x2.add(v128.and(v, f64x2.gt(v, zero)), LogPair.log1p(e)))
  }
}
