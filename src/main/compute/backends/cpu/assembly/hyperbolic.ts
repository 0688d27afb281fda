import { SIZE, vectorBytes } from './vector'
import { Exponential } from './exponential'

// In memory for the reason given in exponential.ts. Cephes' tanh.c: numerator, then denominator without its leading 1.
const TABLE: usize = memory.data<Real>([
  -9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3, 1.12811678491632931402e2,
  2.23548839060100448583e3, 4.84406305325125486048e3,
])

/**
 * tanh, error below 2 ulp, odd to the bit: Cephes' rational approximation for |x| < 0.625, where 1 − 2 / (e^2x + 1)
 * would cancel, and that formula beyond.
 */
export function tanh(x: usize, y: usize, n: u32): void {
  const sign = v128.splat<Real>(-0.0)
  const one = v128.splat<Real>(1)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    const size = v128.andnot(v, sign)
    const z = v128.mul<Real>(size, size)
    let p = v128.load_splat<Real>(TABLE)
    p = v128.add<Real>(v128.mul<Real>(p, z), v128.load_splat<Real>(TABLE + SIZE))
    p = v128.add<Real>(v128.mul<Real>(p, z), v128.load_splat<Real>(TABLE + 2 * SIZE))
    let q = v128.add<Real>(z, v128.load_splat<Real>(TABLE + 3 * SIZE))
    q = v128.add<Real>(v128.mul<Real>(q, z), v128.load_splat<Real>(TABLE + 4 * SIZE))
    q = v128.add<Real>(v128.mul<Real>(q, z), v128.load_splat<Real>(TABLE + 5 * SIZE))
    const near = v128.add<Real>(size, v128.mul<Real>(v128.mul<Real>(size, z), v128.div<Real>(p, q)))
    const growth = Exponential.of(v128.add<Real>(size, size))
    const far = v128.sub<Real>(one, v128.div<Real>(v128.splat<Real>(2), v128.add<Real>(growth, one)))
    const magnitude = v128.bitselect(near, far, v128.lt<Real>(size, v128.splat<Real>(0.625)))
    v128.store(y + i, v128.or(v128.andnot(magnitude, sign), v128.and(v, sign)))
  }
}
