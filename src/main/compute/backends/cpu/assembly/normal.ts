import { SHIFT, vectorBytes } from './vector'
import { Exponential } from './exponential'

// In memory for the reason given in exponential.ts. Chebyshev coefficients of (1 + √2 a) e^(a²/2) Φ(−a) in
// t = (a − 5) / (a + 5), a ≥ 0, highest first: interpolated at 400 nodes in 60 digits; the first term left out is below
// 2⁻⁵⁷, and the last constant is rounded up so that Φ(0) is ½. The map of the half-line and the factor are those of
// Shepherd & Laframboise 1981, Math. Comp. 36, 249; a pole at −5 needs the fewest terms.
const TABLE: usize = memory.data<Real>([
  2.999755113513743e-18, -1.3479395952482088e-16, -1.6545771310250602e-16, 3.1446647563960634e-15,
  5.0289078572495855e-15, -7.942427736435944e-14, -1.1596335647576445e-13, 2.2045960816288395e-12,
  1.4253659445111872e-12, -6.583338311743976e-11, 6.507028703395857e-11, 1.9431146549126515e-9, -7.490742521165778e-9,
  -4.210703124964886e-8, 4.582917404328406e-7, -7.841052689637057e-7, -1.4228722097859356e-5, 0.00015464450615799145,
  -0.0009175567875152183, 0.0038749887644596516, -0.012341934081760625, 0.02910106531323305, -0.043445968929658914,
  -0.001035082477081796, 0.5888140294275284,
])
const TERMS: usize = 25

/**
 * The distribution function of the standard normal: e^(−a²/2) times the above for a = |x|, and 1 − that for positive x.
 * Error below 4 ulp down to the smallest normal result (x = −37.5): a² is split, because its rounding alone would cost
 * a²/2 ulp.
 */
export function normalCdf(x: usize, y: usize, n: u32): void {
  const sign = v128.splat<Real>(-0.0)
  // The upper half of the digits.
  const upperBits = sizeof<Real>() == 8 ? i64x2.splat(~((1 << 27) - 1)) : i32x4.splat(~((1 << 12) - 1))
  const one = v128.splat<Real>(1)
  const five = v128.splat<Real>(5)
  const minusHalf = v128.splat<Real>(-0.5)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    // pmin returns its first operand if that is NaN. Beyond 40 the result is 0 or 1.
    const a = v128.pmin<Real>(v128.andnot(v, sign), v128.splat<Real>(40))
    const t = v128.div<Real>(v128.sub<Real>(a, five), v128.add<Real>(a, five))
    const twice = v128.add<Real>(t, t)
    let b = v128.load_splat<Real>(TABLE)
    let before = v128.splat<Real>(0)
    for (let k: usize = 1; k < TERMS - 1; k++) {
      const next = v128.add<Real>(
        v128.sub<Real>(v128.mul<Real>(twice, b), before),
        v128.load_splat<Real>(TABLE + (k << SHIFT)),
      )
      before = b
      b = next
    }
    const series = v128.add<Real>(
      v128.sub<Real>(v128.mul<Real>(t, b), before),
      v128.load_splat<Real>(TABLE + ((TERMS - 1) << SHIFT)),
    )
    const high = v128.and(a, upperBits)
    const rest = v128.mul<Real>(v128.sub<Real>(a, high), v128.add<Real>(a, high))
    const bell = v128.mul<Real>(
      Exponential.of(v128.mul<Real>(minusHalf, v128.mul<Real>(high, high))),
      Exponential.of(v128.mul<Real>(minusHalf, rest)),
    )
    const divisor = v128.add<Real>(one, v128.mul<Real>(v128.splat<Real>(<Real>Math.SQRT2), a))
    const tail = v128.mul<Real>(bell, v128.div<Real>(series, divisor))
    v128.store(y + i, v128.bitselect(v128.sub<Real>(one, tail), tail, v128.gt<Real>(v, v128.splat<Real>(0))))
  }
}
