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

/** memory.copy has a start-up cost that short runs would feel. */
function copyRun(from: usize, to: usize, bytes: usize): void {
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
