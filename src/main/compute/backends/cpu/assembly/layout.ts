/** Square of this many doubles is transposed at a time, so that both sides stay in L1. */
const TILE: u32 = 16

/** y (cols × rows) ← xᵀ of x (rows × cols). */
export function transpose(x: usize, y: usize, rows: u32, cols: u32): void {
  const rowX = (<usize>cols) << 3
  const rowY = (<usize>rows) << 3
  for (let i0: u32 = 0; i0 < rows; i0 += TILE) {
    const i1 = min(i0 + TILE, rows)
    for (let j0: u32 = 0; j0 < cols; j0 += TILE) {
      const j1 = min(j0 + TILE, cols)
      for (let i = i0; i < i1; i++) {
        let from = x + <usize>i * rowX + ((<usize>j0) << 3)
        let to = y + <usize>j0 * rowY + ((<usize>i) << 3)
        for (let j = j0; j < j1; j++) {
          store<f64>(to, load<f64>(from))
          from += 8
          to += rowY
        }
      }
    }
  }
}

/**
 * y ← x with its axes in another order: y is dense with extents e0 … e5, and one step along its axis i is s_i doubles
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
  const step = (<usize>s5) << 3
  const run = (<usize>e5) << 3
  for (let i0: u32 = 0; i0 < e0; i0++) {
    for (let i1: u32 = 0; i1 < e1; i1++) {
      for (let i2: u32 = 0; i2 < e2; i2++) {
        for (let i3: u32 = 0; i3 < e3; i3++) {
          let from = x + ((<usize>(i0 * s0 + i1 * s1 + i2 * s2 + i3 * s3)) << 3)
          for (let i4: u32 = 0; i4 < e4; i4++) {
            if (s5 == 1) {
              copyRun(from, y, run)
              y += run
            } else {
              for (let end = y + run, at = from; y < end; y += 8, at += step) store<f64>(y, load<f64>(at))
            }
            from += (<usize>s4) << 3
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
    for (let i: usize = 0; i < bytes; i += 8) store<f64>(to + i, load<f64>(from + i))
  }
}

/** y (outer × extent × inner) ← x (outer × inner) along a new middle axis. */
export function repeat(x: usize, y: usize, outer: u32, extent: u32, inner: u32): void {
  const row = (<usize>inner) << 3
  for (let o: u32 = 0; o < outer; o++) {
    for (let e: u32 = 0; e < extent; e++) {
      copyRun(x, y, row)
      y += row
    }
    x += row
  }
}

/** Per outer index, keeps `taken` doubles of x from `start` on; x has `whole` doubles per outer index. */
export function slice(x: usize, y: usize, outer: u32, whole: u32, start: u32, taken: u32): void {
  const run = (<usize>taken) << 3
  x += (<usize>start) << 3
  for (let o: u32 = 0; o < outer; o++) {
    copyRun(x, y, run)
    x += (<usize>whole) << 3
    y += run
  }
}

/** Per outer index, `before` zeros, `given` doubles of x, `after` zeros. */
export function pad(x: usize, y: usize, outer: u32, before: u32, given: u32, after: u32): void {
  for (let o: u32 = 0; o < outer; o++) {
    memory.fill(y, 0, (<usize>before) << 3)
    y += (<usize>before) << 3
    copyRun(x, y, (<usize>given) << 3)
    x += (<usize>given) << 3
    y += (<usize>given) << 3
    memory.fill(y, 0, (<usize>after) << 3)
    y += (<usize>after) << 3
  }
}
