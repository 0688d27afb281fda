// The engine builds a vector constant from several instructions wherever it is used, but loads one with a single
// instruction. So the constants of the loops below live in memory, eight bytes each.
const TABLE: usize = memory.data<f64>([
  710, // above, e^x is ∞
  -746, // below, e^x is 0
  1.442695040888963387, // 1 / ln 2
  6755399441055744.0, // 1.5 · 2⁵²: adding it rounds to an integer and leaves that in the low bits
  6.9314718036912381649e-1, // ln 2, upper bits
  1.90821492927058770002e-10, // ln 2, the rest
  4.13813679705723846039e-8,
  -1.6533902205465251539e-6,
  6.61375632143793436117e-5,
  -2.77777777770155933842e-3,
  1.66666666666666019037e-1,
  2,
  1,
  0.5,
])
const EXPONENT_ONE: i64 = 1023 << 52

/** Functions of two doubles at once. In a class, because only methods may carry the decorator that inlines them. */
export class Pair {
  /**
   * e^x of two doubles, error below 1 ulp: the rational approximation of FreeBSD's e_exp.c after reduction to
   * |r| ≤ ln 2 / 2. Uses no relaxed operation, so it gives the same bits on every machine.
   */
  @inline
  static exp(argument: v128): v128 {
    // pmin and pmax return their first operand if it is NaN, which so is handed on.
    const x = f64x2.pmax(f64x2.pmin(argument, Pair.constant(0)), Pair.constant(1))
    const round = Pair.constant(3)
    const n = f64x2.sub(f64x2.add(f64x2.mul(x, Pair.constant(2)), round), round)
    const high = f64x2.sub(x, f64x2.mul(n, Pair.constant(4)))
    const low = f64x2.mul(n, Pair.constant(5))
    const r = f64x2.sub(high, low)
    const t = f64x2.mul(r, r)
    let p = Pair.constant(6)
    p = f64x2.add(f64x2.mul(p, t), Pair.constant(7))
    p = f64x2.add(f64x2.mul(p, t), Pair.constant(8))
    p = f64x2.add(f64x2.mul(p, t), Pair.constant(9))
    p = f64x2.add(f64x2.mul(p, t), Pair.constant(10))
    const c = f64x2.sub(r, f64x2.mul(t, p))
    const quotient = f64x2.div(f64x2.mul(r, c), f64x2.sub(Pair.constant(11), c))
    const y = f64x2.sub(Pair.constant(12), f64x2.sub(f64x2.sub(low, quotient), high))
    // In two steps, because 2^n itself may overflow or be subnormal where e^x is neither.
    const half = f64x2.sub(f64x2.add(f64x2.mul(n, Pair.constant(13)), round), round)
    return f64x2.mul(f64x2.mul(y, Pair.powerOfTwo(half)), Pair.powerOfTwo(f64x2.sub(n, half)))
  }

  /** 2^n for integers n in −1022 … 1023, given as doubles. */
  @inline
  private static powerOfTwo(n: v128): v128 {
    return i64x2.add(i64x2.shl(f64x2.add(n, Pair.constant(3)), 52), i64x2.splat(EXPONENT_ONE))
  }

  @inline
  private static constant(i: usize): v128 {
    return v128.load64_splat(TABLE + (i << 3))
  }
}
