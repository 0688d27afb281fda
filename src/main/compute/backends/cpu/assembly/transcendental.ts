import { SHIFT, SIZE, vectorBytes } from './vector'
import { Exponential } from './exponential'
import { Logarithm } from './logarithm'

export function exp(x: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) v128.store(y + i, Exponential.of(v128.load(x + i)))
}

export function log(x: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    if (arePositive(v)) v128.store(y + i, Logarithm.of(v))
    else for (let j: usize = 0; j < 16; j += SIZE) store<Real>(y + i + j, logOf(load<Real>(x + i + j)))
  }
}

export function log1p(x: usize, y: usize, n: u32): void {
  const one = v128.splat<Real>(1)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    if (arePositive(v128.add<Real>(v, one))) v128.store(y + i, Logarithm.log1p(v))
    else for (let j: usize = 0; j < 16; j += SIZE) store<Real>(y + i + j, log1pOf(load<Real>(x + i + j)))
  }
}

// One number of a vector whose others are out of the ordinary, or not even of the array: the same bits as among others.
function logOf(x: Real): Real {
  const v = v128.splat<Real>(x)
  return arePositive(v) ? v128.extract_lane<Real>(Logarithm.of(v), 0) : <Real>Math.log(<f64>x)
}

function log1pOf(x: Real): Real {
  const v = v128.splat<Real>(x)
  const isUsual = arePositive(v128.add<Real>(v, v128.splat<Real>(1)))
  return isUsual ? v128.extract_lane<Real>(Logarithm.log1p(v), 0) : <Real>Math.log1p(<f64>x)
}

/** All positive, normal and finite. */
function arePositive(v: v128): bool {
  const isNormal = v128.ge<Real>(
    v,
    v128.splat<Real>(sizeof<Real>() == 8 ? <Real>f64.MIN_NORMAL_VALUE : <Real>f32.MIN_NORMAL_VALUE),
  )
  const isUsual = v128.and(isNormal, v128.lt<Real>(v, v128.splat<Real>(Infinity)))
  return sizeof<Real>() == 8 ? i64x2.all_true(isUsual) : i32x4.all_true(isUsual)
}

/**
 * x^exponent. Small multiples of ½, which roots and their derivatives are made of, by products, one root and one
 * reciprocal: a few ulp. Everything else by Math.pow.
 */
export function power(x: usize, y: usize, n: u32, exponent: f64): void {
  const size = Math.abs(exponent)
  const halves = <i32>(2 * size)
  if (<f64>halves != 2 * size || halves > 8) {
    for (let i: usize = 0, end = (<usize>n) << SHIFT; i < end; i += SIZE) {
      store<Real>(y + i, <Real>Math.pow(<f64>load<Real>(x + i), exponent))
    }
    return
  }
  const one = v128.splat<Real>(1)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    let p = (halves & 1) != 0 ? v128.sqrt<Real>(v) : one
    for (let factor = halves >> 1; factor > 0; factor--) p = v128.mul<Real>(p, v)
    v128.store(y + i, exponent < 0 ? v128.div<Real>(one, p) : p)
  }
}

/** 1 / (1 + e⁻ˣ) as e^(−|x|) / (1 + e^(−|x|)) for negative x: no side cancels or overflows. */
export function sigmoid(x: usize, y: usize, n: u32): void {
  const sign = v128.splat<Real>(-0.0)
  const one = v128.splat<Real>(1)
  const zero = v128.splat<Real>(0)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    const e = Exponential.of(v128.or(v, sign))
    const top = v128.bitselect(e, one, v128.lt<Real>(v, zero))
    v128.store(y + i, v128.div<Real>(top, v128.add<Real>(one, e)))
  }
}

/** log(1 + eˣ) = max(x, 0) + log1p(e^(−|x|)). */
export function softplus(x: usize, y: usize, n: u32): void {
  const sign = v128.splat<Real>(-0.0)
  const zero = v128.splat<Real>(0)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    const e = Exponential.of(v128.or(v, sign))
    v128.store(y + i, v128.add<Real>(v128.and(v, v128.gt<Real>(v, zero)), Logarithm.log1p(e)))
  }
}
