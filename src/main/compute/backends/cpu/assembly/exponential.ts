import { SHIFT } from './vector'

// The engine builds a vector constant from several instructions wherever it is used, but loads one with a single
// instruction. So the constants of the loops below live in memory.
const TABLE: usize =
  sizeof<Real>() == 8
    ? memory.data<Real>([
        710, // above, e^x is ∞
        -746, // below, e^x is 0
        1.442695040888963387, // 1 / ln 2
        6755399441055744.0, // 1.5 · 2⁵²: adding it rounds to an integer and leaves that in the low bits
        6.9314718036912381649e-1, // ln 2, upper bits
        1.90821492927058770002e-10, // ln 2, the rest
        2,
        1,
        0.5,
        4.13813679705723846039e-8,
        -1.6533902205465251539e-6,
        6.61375632143793436117e-5,
        -2.77777777770155933842e-3,
        1.66666666666666019037e-1,
      ])
    : memory.data<Real>([
        89,
        -104,
        1.442695040888963387,
        12582912, // 1.5 · 2²³
        6.9314575195e-1,
        1.4286067653e-6,
        2,
        1,
        0.5,
        -2.7667332906e-3,
        1.666662544e-1,
      ])

/** In a class, because only methods may carry the decorator that inlines them. */
export class Exponential {
  /**
   * e^x of each number, error below 1 ulp: the rational approximation of FreeBSD's e_exp.c, or e_expf.c, after
   * reduction to |r| ≤ ln 2 / 2. Uses no relaxed operation, so it gives the same bits on every machine.
   */
  @inline
  static of(argument: v128): v128 {
    // pmin and pmax return their first operand if it is NaN, which so is handed on.
    const x = v128.pmax<Real>(v128.pmin<Real>(argument, Exponential.constant(0)), Exponential.constant(1))
    const round = Exponential.constant(3)
    const n = v128.sub<Real>(v128.add<Real>(v128.mul<Real>(x, Exponential.constant(2)), round), round)
    const high = v128.sub<Real>(x, v128.mul<Real>(n, Exponential.constant(4)))
    const low = v128.mul<Real>(n, Exponential.constant(5))
    const r = v128.sub<Real>(high, low)
    const t = v128.mul<Real>(r, r)
    let p = Exponential.constant(9)
    p = v128.add<Real>(v128.mul<Real>(p, t), Exponential.constant(10))
    if (sizeof<Real>() == 8) {
      p = v128.add<Real>(v128.mul<Real>(p, t), Exponential.constant(11))
      p = v128.add<Real>(v128.mul<Real>(p, t), Exponential.constant(12))
      p = v128.add<Real>(v128.mul<Real>(p, t), Exponential.constant(13))
    }
    const c = v128.sub<Real>(r, v128.mul<Real>(t, p))
    const quotient = v128.div<Real>(v128.mul<Real>(r, c), v128.sub<Real>(Exponential.constant(6), c))
    const y = v128.sub<Real>(Exponential.constant(7), v128.sub<Real>(v128.sub<Real>(low, quotient), high))
    // In two steps, because 2^n itself may overflow or be subnormal where e^x is neither.
    const half = v128.sub<Real>(v128.add<Real>(v128.mul<Real>(n, Exponential.constant(8)), round), round)
    const scaled = v128.mul<Real>(y, Exponential.powerOfTwo(half))
    return v128.mul<Real>(scaled, Exponential.powerOfTwo(v128.sub<Real>(n, half)))
  }

  /** 2^n for integers n within the normal exponents. */
  @inline
  private static powerOfTwo(n: v128): v128 {
    const shifted = v128.add<Real>(n, Exponential.constant(3))
    return sizeof<Real>() == 8
      ? i64x2.add(i64x2.shl(shifted, 52), i64x2.splat(1023 << 52))
      : i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23))
  }

  @inline
  private static constant(i: usize): v128 {
    return v128.load_splat<Real>(TABLE + (i << SHIFT))
  }
}
