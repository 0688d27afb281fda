import { SHIFT, SIZE } from './vector'

/** Square of this many numbers is transposed at a time, so that both sides stay in L1. */
const TILE: u32 = 16

/** y (cols × rows) ← xᵀ of x (rows × cols). */
export function transpose(x: usize, y: usize, rows: u32, cols: u32): void {
  const rowX = (<usize>cols) << SHIFT
  const rowY = (<usize>rows) << SHIFT
  for (let i0: u32 = 0; i0 < rows; i0 += TILE) {
    const i1 = min(i0 + TILE, rows)
    for (let j0: u32 = 0; j0 < cols; j0 += TILE) {
      const j1 = min(j0 + TILE, cols)
      for (let i = i0; i < i1; i++) {
        let from = x + <usize>i * rowX + ((<usize>j0) << SHIFT)
        let to = y + <usize>j0 * rowY + ((<usize>i) << SHIFT)
        for (let j = j0; j < j1; j++) {
          store<Real>(to, load<Real>(from))
          from += SIZE
          to += rowY
        }
      }
    }
  }
}

/**
 * y ← x with its axes in another order: y is dense with extents e0 … e5, and one step along its axis i is s_i numbers
 * in x. The host merges axes that stay together.
 */
export function permute(
  x: usize,
  y: usize,
  e0: u32,
  e1: u32,
  e2: u32,
  e3: u32,
  e4: u32,
  e5: u32,
  s0: u32,
  s1: u32,
  s2: u32,
  s3: u32,
  s4: u32,
  s5: u32,
): void {
  const step = (<usize>s5) << SHIFT
  const run = (<usize>e5) << SHIFT
  for (let i0: u32 = 0; i0 < e0; i0++) {
    for (let i1: u32 = 0; i1 < e1; i1++) {
      for (let i2: u32 = 0; i2 < e2; i2++) {
        for (let i3: u32 = 0; i3 < e3; i3++) {
          let from = x + ((<usize>(i0 * s0 + i1 * s1 + i2 * s2 + i3 * s3)) << SHIFT)
          for (let i4: u32 = 0; i4 < e4; i4++) {
            if (s5 == 1) {
              copyRun(from, y, run)
              y += run
            } else {
              for (let end = y + run, at = from; y < end; y += SIZE, at += step) store<Real>(y, load<Real>(at))
            }
            from += (<usize>s4) << SHIFT
          }
        }
      }
    }
  }
}

/** memory.copy has a start-up cost that short runs would feel. */
export function copyRun(from: usize, to: usize, bytes: usize): void {
  if (bytes > 256) {
    memory.copy(to, from, bytes)
  } else {
    for (let i: usize = 0; i < bytes; i += SIZE) store<Real>(to + i, load<Real>(from + i))
  }
}

/** y (outer × extent × inner) ← x (outer × inner) along a new middle axis. */
export function repeat(x: usize, y: usize, outer: u32, extent: u32, inner: u32): void {
  const row = (<usize>inner) << SHIFT
  if (inner == 1) {
    const run = (<usize>extent) << SHIFT
    for (let o: u32 = 0; o < outer; o++) {
      fillRun(y, load<Real>(x), run)
      x += SIZE
      y += run
    }
    return
  }
  for (let o: u32 = 0; o < outer; o++) {
    for (let e: u32 = 0; e < extent; e++) {
      copyRun(x, y, row)
      y += row
    }
    x += row
  }
}

function fillRun(y: usize, value: Real, bytes: usize): void {
  const v = v128.splat<Real>(value)
  const whole = bytes & ~15
  for (let i: usize = 0; i < whole; i += 16) v128.store(y + i, v)
  for (let i = whole; i < bytes; i += SIZE) store<Real>(y + i, value)
}

/** Per outer index, keeps `taken` numbers of x from `start` on; x has `whole` numbers per outer index. */
export function slice(x: usize, y: usize, outer: u32, whole: u32, start: u32, taken: u32): void {
  const run = (<usize>taken) << SHIFT
  x += (<usize>start) << SHIFT
  for (let o: u32 = 0; o < outer; o++) {
    copyRun(x, y, run)
    x += (<usize>whole) << SHIFT
    y += run
  }
}

/** Per outer index, `before` zeros, `given` numbers of x, `after` zeros. */
export function pad(x: usize, y: usize, outer: u32, before: u32, given: u32, after: u32): void {
  for (let o: u32 = 0; o < outer; o++) {
    memory.fill(y, 0, (<usize>before) << SHIFT)
    y += (<usize>before) << SHIFT
    copyRun(x, y, (<usize>given) << SHIFT)
    x += (<usize>given) << SHIFT
    y += (<usize>given) << SHIFT
    memory.fill(y, 0, (<usize>after) << SHIFT)
    y += (<usize>after) << SHIFT
  }
}
