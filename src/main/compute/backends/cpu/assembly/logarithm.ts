// In memory for the reason given in exponential.ts.
const TABLE: usize = memory.data<f64>([
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
const FIRST_TERM: usize = 3
const LAST_TERM: usize = 12
const HALF_ROOT: i64 = 0x3fe6a09e667f3bcd
const ROUND_BITS: i64 = 0x4338000000000000

/** Logarithms of two doubles at once; in a class, because only methods may carry the decorator that inlines them. */
export class LogPair {
  /**
   * log u of two positive normal numbers, error below 2 ulp: u = 2^k m with m between √½ and √2, and
   * log m = 2 artanh s = 2 s + ⅔ s³ + … for s = (m − 1) / (m + 1), |s| < 0.172, where ten terms suffice.
   */
  @inline
  static log(u: v128): v128 {
    const k = i64x2.shr_s(i64x2.sub(u, i64x2.splat(HALF_ROOT)), 52)
    const m = i64x2.sub(u, i64x2.shl(k, 52))
    const round = LogPair.constant(2)
    const n = f64x2.sub(i64x2.add(k, i64x2.splat(ROUND_BITS)), round)
    const one = f64x2.splat(1)
    const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one))
    const z = f64x2.mul(s, s)
    let p = LogPair.constant(FIRST_TERM)
    for (let i = FIRST_TERM + 1; i <= LAST_TERM; i++) p = f64x2.add(f64x2.mul(p, z), LogPair.constant(i))
    const small = f64x2.add(f64x2.mul(f64x2.mul(s, z), p), f64x2.mul(n, LogPair.constant(1)))
    return f64x2.add(f64x2.mul(n, LogPair.constant(0)), f64x2.add(f64x2.add(s, s), small))
  }

  /** log(1 + x) where 1 + x is positive and normal; NaN stays NaN. What 1 + x loses is added to first order. */
  @inline
  static log1p(x: v128): v128 {
    const one = f64x2.splat(1)
    const u = f64x2.add(one, x)
    // The smaller of 1 and x is what the sum may have lost digits of.
    const isLarge = f64x2.gt(x, one)
    const lost = v128.bitselect(f64x2.sub(one, f64x2.sub(u, x)), f64x2.sub(x, f64x2.sub(u, one)), isLarge)
    return v128.bitselect(x, f64x2.add(LogPair.log(u), f64x2.div(lost, u)), f64x2.eq(u, one))
  }

  @inline
  private static constant(i: usize): v128 {
    return v128.load64_splat(TABLE + (i << 3))
  }
}
