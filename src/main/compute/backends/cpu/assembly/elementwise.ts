/** n doubles as bytes, rounded up to whole pairs: the second half of a last pair is the buffer's own padding. */
export function pairBytes(n: u32): usize {
  return ((<usize>n + 1) >> 1) << 4
}

export function fill(y: usize, n: u32, value: f64): void {
  const v = f64x2.splat(value)
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) v128.store(y + i, v)
}

export function add(a: usize, b: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    v128.store(y + i, f64x2.add(v128.load(a + i), v128.load(b + i)))
  }
}

export function subtract(a: usize, b: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    v128.store(y + i, f64x2.sub(v128.load(a + i), v128.load(b + i)))
  }
}

export function multiply(a: usize, b: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    v128.store(y + i, f64x2.mul(v128.load(a + i), v128.load(b + i)))
  }
}

/** y ← keep · y + scale · x. With keep = 0, y is not read: it may hold anything. */
export function axpby(x: usize, y: usize, n: u32, scale: f64, keep: f64): void {
  const s = f64x2.splat(scale)
  const end = pairBytes(n)
  if (keep == 0) {
    for (let i: usize = 0; i < end; i += 16) v128.store(y + i, f64x2.mul(s, v128.load(x + i)))
    return
  }
  const q = f64x2.splat(keep)
  for (let i: usize = 0; i < end; i += 16) {
    v128.store(y + i, f64x2.add(f64x2.mul(q, v128.load(y + i)), f64x2.mul(s, v128.load(x + i))))
  }
}

/** y ← keep · y + scale · s · x, with the scalar s in memory. */
export function axpbyBy(s: usize, x: usize, y: usize, n: u32, scale: f64, keep: f64): void {
  axpby(x, y, n, scale * load<f64>(s), keep)
}

/** max(x, 0); NaN stays NaN. */
export function relu(x: usize, y: usize, n: u32): void {
  const zero = f64x2.splat(0)
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    // Cheaper than max, and NaN is not ≤ 0.
    v128.store(y + i, v128.andnot(v, f64x2.le(v, zero)))
  }
}

/** 1 where x > 0, else 0. NaN stays NaN: a diverged run must not look healthy. */
export function step(x: usize, y: usize, n: u32): void {
  const zero = f64x2.splat(0)
  const one = f64x2.splat(1)
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    const jump = v128.and(f64x2.gt(v, zero), one)
    v128.store(y + i, v128.bitselect(jump, v, f64x2.eq(v, v)))
  }
}

export function divide(a: usize, b: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    v128.store(y + i, f64x2.div(v128.load(a + i), v128.load(b + i)))
  }
}

/** 1 where a > b, else 0; NaN if either is. */
export function greater(a: usize, b: usize, y: usize, n: u32): void {
  const one = f64x2.splat(1)
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    const u = v128.load(a + i)
    const v = v128.load(b + i)
    const comparable = v128.and(f64x2.eq(u, u), f64x2.eq(v, v))
    v128.store(y + i, v128.bitselect(v128.and(f64x2.gt(u, v), one), f64x2.add(u, v), comparable))
  }
}

/** a where the condition is not 0, else b; NaN where the condition is. */
export function where(condition: usize, a: usize, b: usize, y: usize, n: u32): void {
  const zero = f64x2.splat(0)
  for (let i: usize = 0, end = pairBytes(n); i < end; i += 16) {
    const c = v128.load(condition + i)
    const chosen = v128.bitselect(v128.load(b + i), v128.load(a + i), f64x2.eq(c, zero))
    v128.store(y + i, v128.bitselect(chosen, c, f64x2.eq(c, c)))
  }
}
