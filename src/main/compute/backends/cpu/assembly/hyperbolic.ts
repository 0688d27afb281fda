import { pairBytes } from './elementwise'
import { Pair } from './exponential'

// In memory for the reason given in exponential.ts. Cephes' tanh.c: numerator, then denominator without its leading 1.
const TABLE: usize = memory.data<f64>([
  -9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3, 1.12811678491632931402e2,
  2.23548839060100448583e3, 4.84406305325125486048e3,
])

/**
 * tanh, error below 2 ulp, odd to the bit: Cephes' rational approximation for |x| < 0.625, where 1 − 2 / (e^2x + 1)
 * would cancel, and that formula beyond.
 */
export function tanh(x: usize, y: usize, n: u32): void {
  const sign = i64x2.splat(i64.MIN_VALUE)
  const one = f64x2.splat(1)
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    const size = v128.andnot(v, sign)
    const z = f64x2.mul(size, size)
    let p = v128.load64_splat(TABLE)
    p = f64x2.add(f64x2.mul(p, z), v128.load64_splat(TABLE, 8))
    p = f64x2.add(f64x2.mul(p, z), v128.load64_splat(TABLE, 16))
    let q = f64x2.add(z, v128.load64_splat(TABLE, 24))
    q = f64x2.add(f64x2.mul(q, z), v128.load64_splat(TABLE, 32))
    q = f64x2.add(f64x2.mul(q, z), v128.load64_splat(TABLE, 40))
    const near = f64x2.add(size, f64x2.mul(f64x2.mul(size, z), f64x2.div(p, q)))
    const growth = Pair.exp(f64x2.add(size, size))
    const far = f64x2.sub(one, f64x2.div(f64x2.splat(2), f64x2.add(growth, one)))
    const magnitude = v128.bitselect(near, far, f64x2.lt(size, f64x2.splat(0.625)))
    v128.store(y + i, v128.or(v128.andnot(magnitude, sign), v128.and(v, sign)))
  }
}
