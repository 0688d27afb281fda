import { gemm } from './gemm'
import { SHIFT, Vector } from './vector'

// Kernels that run once for each part of a stack, so that a program of replicas needs one call and not R. Part r is
// computed exactly as the kernel of one part would. Coefficients lie in memory, one for each part, or are the same for
// all where their address is 0. A part with scale 0 and keep 1 is left alone, whatever its operands hold.

/** C_r ← keep_r · C_r + alpha · scale_r · op(A_r) op(B_r). Steps are bytes from part to part; 0: one for all. */
export function gemmStack(
  count: i32,
  transposeA: i32,
  transposeB: i32,
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  a: usize,
  stepA: usize,
  b: usize,
  stepB: usize,
  c: usize,
  stepC: usize,
  scale: f64,
  keep: f64,
  scales: usize,
  keeps: usize,
): void {
  for (let r = 0; r < count; r++) {
    const place = (<usize>r) << SHIFT
    const factor = scales ? <f64>load<Real>(scales + place) : scale
    const kept = keeps ? <f64>load<Real>(keeps + place) : keep
    if (factor != 0 || kept != 1) gemm(transposeA, transposeB, m, n, k, alpha * factor, a, b, kept, c)
    a += stepA
    b += stepB
    c += stepC
  }
}

/** y_r ← keep_r · y_r + factor · scale_r · s_r · x_r for parts of n numbers; without s where its address is 0. */
export function axpbyStack(
  count: u32,
  n: u32,
  factor: f64,
  s: usize,
  stepS: usize,
  x: usize,
  stepX: usize,
  y: usize,
  scale: f64,
  keep: f64,
  scales: usize,
  keeps: usize,
): void {
  const end = (<usize>n) << SHIFT
  const whole = end & ~15
  for (let r: u32 = 0; r < count; r++) {
    const place = (<usize>r) << SHIFT
    const given = scales ? <f64>load<Real>(scales + place) : scale
    const kept = keeps ? <f64>load<Real>(keeps + place) : keep
    if (given != 0 || kept != 1) {
      const by = v128.splat<Real>(<Real>(s ? given * <f64>load<Real>(s) : factor * given))
      const old = v128.splat<Real>(<Real>kept)
      // What follows the last number belongs to the next part.
      if (kept == 0) {
        for (let i: usize = 0; i < whole; i += 16) v128.store(y + i, v128.mul<Real>(by, v128.load(x + i)))
        if (whole < end) Vector.store(y + whole, v128.mul<Real>(by, v128.load(x + whole)), end - whole)
      } else {
        for (let i: usize = 0; i < whole; i += 16) {
          const before = v128.mul<Real>(old, v128.load(y + i))
          v128.store(y + i, v128.add<Real>(before, v128.mul<Real>(by, v128.load(x + i))))
        }
        if (whole < end) {
          const before = v128.mul<Real>(old, v128.load(y + whole))
          Vector.store(y + whole, v128.add<Real>(before, v128.mul<Real>(by, v128.load(x + whole))), end - whole)
        }
      }
    }
    s += stepS
    x += stepX
    y += end
  }
}
