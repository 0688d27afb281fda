import { SHIFT } from './vector'

// In memory for the reason given in exponential.ts.
const TABLE: usize =
  sizeof<Real>() == 8
    ? memory.data<Real>([
        6.9314718036912381649e-1, // ln 2, upper bits: k times it is exact
        1.90821492927058770002e-10, // ln 2, the rest
        6755399441055744.0, // 1.5 · 2⁵², whose low bits hold an integer
        2.0 / 21.0,
        2.0 / 19.0,
        2.0 / 17.0,
        2.0 / 15.0,
        2.0 / 13.0,
        2.0 / 11.0,
        2.0 / 9.0,
        2.0 / 7.0,
        2.0 / 5.0,
        2.0 / 3.0,
      ])
    : memory.data<Real>([
        6.9313812256e-1,
        9.0580006145e-6,
        12582912, // 1.5 · 2²³
        2.0 / 9.0,
        2.0 / 7.0,
        2.0 / 5.0,
        2.0 / 3.0,
      ])
const FIRST_TERM: usize = 3
const LAST_TERM: usize = sizeof<Real>() == 8 ? 12 : 6

/** In a class, because only methods may carry the decorator that inlines them. */
export class Logarithm {
  /**
   * log u of positive normal numbers, error below 2 ulp: u = 2^k m with m between √½ and √2, and
   * log m = 2 artanh s = 2 s + ⅔ s³ + … for s = (m − 1) / (m + 1), |s| < 0.172, where ten terms suffice, in float32
   * four.
   */
  @inline
  static of(u: v128): v128 {
    const k = Logarithm.exponent(u)
    const round = Logarithm.constant(2)
    const m = sizeof<Real>() == 8 ? i64x2.sub(u, i64x2.shl(k, 52)) : i32x4.sub(u, i32x4.shl(k, 23))
    const n = v128.sub<Real>(sizeof<Real>() == 8 ? i64x2.add(k, round) : i32x4.add(k, round), round)
    const one = v128.splat<Real>(1)
    const s = v128.div<Real>(v128.sub<Real>(m, one), v128.add<Real>(m, one))
    const z = v128.mul<Real>(s, s)
    let p = Logarithm.constant(FIRST_TERM)
    for (let i = FIRST_TERM + 1; i <= LAST_TERM; i++) p = v128.add<Real>(v128.mul<Real>(p, z), Logarithm.constant(i))
    const small = v128.add<Real>(v128.mul<Real>(v128.mul<Real>(s, z), p), v128.mul<Real>(n, Logarithm.constant(1)))
    return v128.add<Real>(v128.mul<Real>(n, Logarithm.constant(0)), v128.add<Real>(v128.add<Real>(s, s), small))
  }

  /** k, from the bits of u less those of √½. */
  @inline
  private static exponent(u: v128): v128 {
    return sizeof<Real>() == 8
      ? i64x2.shr_s(i64x2.sub(u, i64x2.splat(0x3fe6a09e667f3bcd)), 52)
      : i32x4.shr_s(i32x4.sub(u, i32x4.splat(0x3f3504f3)), 23)
  }

  /** log(1 + x) where 1 + x is positive and normal; NaN stays NaN. What 1 + x loses is added to first order. */
  @inline
  static log1p(x: v128): v128 {
    const one = v128.splat<Real>(1)
    const u = v128.add<Real>(one, x)
    // The smaller of 1 and x is what the sum may have lost digits of.
    const isLarge = v128.gt<Real>(x, one)
    const lost = v128.bitselect(
      v128.sub<Real>(one, v128.sub<Real>(u, x)),
      v128.sub<Real>(x, v128.sub<Real>(u, one)),
      isLarge,
    )
    return v128.bitselect(x, v128.add<Real>(Logarithm.of(u), v128.div<Real>(lost, u)), v128.eq<Real>(u, one))
  }

  @inline
  private static constant(i: usize): v128 {
    return v128.load_splat<Real>(TABLE + (i << SHIFT))
  }
}
