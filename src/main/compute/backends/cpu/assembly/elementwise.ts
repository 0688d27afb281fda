import { vectorBytes } from './vector'

export function fill(y: usize, n: u32, value: f64): void {
  const v = v128.splat<Real>(<Real>value)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) v128.store(y + i, v)
}

export function add(a: usize, b: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    v128.store(y + i, v128.add<Real>(v128.load(a + i), v128.load(b + i)))
  }
}

export function subtract(a: usize, b: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    v128.store(y + i, v128.sub<Real>(v128.load(a + i), v128.load(b + i)))
  }
}

export function multiply(a: usize, b: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    v128.store(y + i, v128.mul<Real>(v128.load(a + i), v128.load(b + i)))
  }
}

/** y ← keep · y + scale · x. With keep = 0, y is not read: it may hold anything. */
export function axpby(x: usize, y: usize, n: u32, scale: f64, keep: f64): void {
  const s = v128.splat<Real>(<Real>scale)
  const end = vectorBytes(n)
  if (keep == 0) {
    for (let i: usize = 0; i < end; i += 16) v128.store(y + i, v128.mul<Real>(s, v128.load(x + i)))
    return
  }
  const q = v128.splat<Real>(<Real>keep)
  for (let i: usize = 0; i < end; i += 16) {
    v128.store(y + i, v128.add<Real>(v128.mul<Real>(q, v128.load(y + i)), v128.mul<Real>(s, v128.load(x + i))))
  }
}

/** y ← keep · y + scale · s · x, with the scalar s in memory. */
export function axpbyBy(s: usize, x: usize, y: usize, n: u32, scale: f64, keep: f64): void {
  axpby(x, y, n, scale * <f64>load<Real>(s), keep)
}

/** max(x, 0); NaN stays NaN. */
export function relu(x: usize, y: usize, n: u32): void {
  const zero = v128.splat<Real>(0)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    // Cheaper than max, and NaN is not ≤ 0.
    v128.store(y + i, v128.andnot(v, v128.le<Real>(v, zero)))
  }
}

/** 1 where x > 0, else 0. NaN stays NaN: a diverged run must not look healthy. */
export function step(x: usize, y: usize, n: u32): void {
  const zero = v128.splat<Real>(0)
  const one = v128.splat<Real>(1)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const v = v128.load(x + i)
    const jump = v128.and(v128.gt<Real>(v, zero), one)
    v128.store(y + i, v128.bitselect(jump, v, v128.eq<Real>(v, v)))
  }
}

export function divide(a: usize, b: usize, y: usize, n: u32): void {
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    v128.store(y + i, v128.div<Real>(v128.load(a + i), v128.load(b + i)))
  }
}

/** 1 where a > b, else 0; NaN if either is. */
export function greater(a: usize, b: usize, y: usize, n: u32): void {
  const one = v128.splat<Real>(1)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const u = v128.load(a + i)
    const v = v128.load(b + i)
    const comparable = v128.and(v128.eq<Real>(u, u), v128.eq<Real>(v, v))
    v128.store(y + i, v128.bitselect(v128.and(v128.gt<Real>(u, v), one), v128.add<Real>(u, v), comparable))
  }
}

/** a where the condition is not 0, else b; NaN where the condition is. */
export function where(condition: usize, a: usize, b: usize, y: usize, n: u32): void {
  const zero = v128.splat<Real>(0)
  for (let i: usize = 0, end = vectorBytes(n); i < end; i += 16) {
    const c = v128.load(condition + i)
    const chosen = v128.bitselect(v128.load(b + i), v128.load(a + i), v128.eq<Real>(c, zero))
    v128.store(y + i, v128.bitselect(chosen, c, v128.eq<Real>(c, c)))
  }
}
