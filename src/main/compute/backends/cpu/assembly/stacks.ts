import { gemm } from './gemm'

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
    const place = (<usize>r) << 3
    const factor = scales ? load<f64>(scales + place) : scale
    const kept = keeps ? load<f64>(keeps + place) : keep
    if (factor != 0 || kept != 1) gemm(transposeA, transposeB, m, n, k, alpha * factor, a, b, kept, c)
    a += stepA
    b += stepB
    c += stepC
  }
}

/** y_r ← keep_r · y_r + factor · scale_r · s_r · x_r for parts of n doubles; without s where its address is 0. */
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
  const pairs = (<usize>(n & ~1)) << 3
  const end = (<usize>n) << 3
  for (let r: u32 = 0; r < count; r++) {
    const place = (<usize>r) << 3
    const given = scales ? load<f64>(scales + place) : scale
    const kept = keeps ? load<f64>(keeps + place) : keep
    if (given != 0 || kept != 1) {
      const by = s ? given * load<f64>(s) : factor * given
      const twice = f64x2.splat(by)
      const old = f64x2.splat(kept)
      let i: usize = 0
      if (kept == 0) {
        for (; i < pairs; i += 16) v128.store(y + i, f64x2.mul(twice, v128.load(x + i)))
        if (i < end) store<f64>(y + i, by * load<f64>(x + i))
      } else {
        for (; i < pairs; i += 16) {
          v128.store(y + i, f64x2.add(f64x2.mul(old, v128.load(y + i)), f64x2.mul(twice, v128.load(x + i))))
        }
        // The neighbour belongs to the next part.
        if (i < end) store<f64>(y + i, kept * load<f64>(y + i) + by * load<f64>(x + i))
      }
    }
    s += stepS
    x += stepX
    y += end
  }
}
