import { PANEL, SHIFT, SIZE } from './vector'

/** op(B)'s kb × nb block as panels of two vectors, each kb × PANEL and contiguous; missing columns are zero. */
export function packPanels(b: usize, stepB: usize, colB: usize, kb: i32, nb: i32, to: usize): void {
  for (let j = 0; j < nb; j += PANEL) {
    const cols = min(nb - j, PANEL)
    const from = b + <usize>j * colB
    if (cols == PANEL && colB == SIZE) {
      let b0 = from
      for (let p = 0; p < kb; p++) {
        v128.store(to, v128.load(b0))
        v128.store(to, v128.load(b0, 16), 16)
        b0 += stepB
        to += 32
      }
    } else {
      for (let q = 0; q < PANEL; q += 4) {
        packFour(from + <usize>q * colB, stepB, colB, kb, cols - q, to + ((<usize>q) << SHIFT))
      }
      to += (<usize>kb) << 5
    }
  }
}

/** Four columns of a panel, of which the first `cols` are there. */
function packFour(b0: usize, stepB: usize, colB: usize, kb: i32, cols: i32, to: usize): void {
  if (cols < 4) {
    for (let p = 0; p < kb; p++) {
      for (let q = 0; q < 4; q++)
        store<Real>(to + ((<usize>q) << SHIFT), q < cols ? load<Real>(b0 + <usize>q * colB) : 0)
      b0 += stepB
      to += 32
    }
    return
  }
  let b1 = b0 + colB
  let b2 = b1 + colB
  let b3 = b2 + colB
  for (let p = 0; p < kb; p++) {
    store<Real>(to, load<Real>(b0))
    store<Real>(to + SIZE, load<Real>(b1))
    store<Real>(to + 2 * SIZE, load<Real>(b2))
    store<Real>(to + 3 * SIZE, load<Real>(b3))
    b0 += stepB
    b1 += stepB
    b2 += stepB
    b3 += stepB
    to += 32
  }
}

/** op(A)'s mb × kb block as panels of six rows, each kb × 6 and contiguous; missing rows are zero. */
export function packRows(a: usize, rowA: usize, stepA: usize, mb: i32, kb: i32, to: usize): void {
  const step: usize = 6 * SIZE
  for (let i = 0; i < mb; i += 6) {
    const rows = min(mb - i, 6)
    let a0 = a + <usize>i * rowA
    if (rows == 6 && rowA == SIZE) {
      for (let p = 0; p < kb; p++) {
        v128.store(to, v128.load(a0))
        if (sizeof<Real>() == 8) {
          v128.store(to, v128.load(a0, 16), 16)
          v128.store(to, v128.load(a0, 32), 32)
        } else {
          store<u64>(to, load<u64>(a0, 16), 16)
        }
        a0 += stepA
        to += step
      }
    } else if (rows == 6) {
      let a1 = a0 + rowA
      let a2 = a1 + rowA
      let a3 = a2 + rowA
      let a4 = a3 + rowA
      let a5 = a4 + rowA
      for (let p = 0; p < kb; p++) {
        store<Real>(to, load<Real>(a0))
        store<Real>(to + SIZE, load<Real>(a1))
        store<Real>(to + 2 * SIZE, load<Real>(a2))
        store<Real>(to + 3 * SIZE, load<Real>(a3))
        store<Real>(to + 4 * SIZE, load<Real>(a4))
        store<Real>(to + 5 * SIZE, load<Real>(a5))
        a0 += stepA
        a1 += stepA
        a2 += stepA
        a3 += stepA
        a4 += stepA
        a5 += stepA
        to += step
      }
    } else {
      for (let p = 0; p < kb; p++) {
        for (let q = 0; q < 6; q++)
          store<Real>(to + ((<usize>q) << SHIFT), q < rows ? load<Real>(a0 + <usize>q * rowA) : 0)
        a0 += stepA
        to += step
      }
    }
  }
}
