/** op(B)'s kb × nb block as panels of four columns, each kb × 4 and contiguous; missing columns are zero. */
export function packPanels(b: usize, stepB: usize, colB: usize, kb: i32, nb: i32, to: usize): void {
  for (let j = 0; j < nb; j += 4) {
    const cols = min(nb - j, 4)
    let b0 = b + <usize>j * colB
    if (cols == 4 && colB == 8) {
      for (let p = 0; p < kb; p++) {
        v128.store(to, v128.load(b0))
        v128.store(to, v128.load(b0, 16), 16)
        b0 += stepB
        to += 32
      }
    } else if (cols == 4) {
      let b1 = b0 + colB
      let b2 = b1 + colB
      let b3 = b2 + colB
      for (let p = 0; p < kb; p++) {
        store<f64>(to, load<f64>(b0))
        store<f64>(to, load<f64>(b1), 8)
        store<f64>(to, load<f64>(b2), 16)
        store<f64>(to, load<f64>(b3), 24)
        b0 += stepB
        b1 += stepB
        b2 += stepB
        b3 += stepB
        to += 32
      }
    } else {
      for (let p = 0; p < kb; p++) {
        for (let q = 0; q < 4; q++) store<f64>(to + ((<usize>q) << 3), q < cols ? load<f64>(b0 + <usize>q * colB) : 0)
        b0 += stepB
        to += 32
      }
    }
  }
}

/** op(A)'s mb × kb block as panels of six rows, each kb × 6 and contiguous; missing rows are zero. */
export function packRows(a: usize, rowA: usize, stepA: usize, mb: i32, kb: i32, to: usize): void {
  for (let i = 0; i < mb; i += 6) {
    const rows = min(mb - i, 6)
    let a0 = a + <usize>i * rowA
    if (rows == 6 && rowA == 8) {
      for (let p = 0; p < kb; p++) {
        v128.store(to, v128.load(a0))
        v128.store(to, v128.load(a0, 16), 16)
        v128.store(to, v128.load(a0, 32), 32)
        a0 += stepA
        to += 48
      }
    } else if (rows == 6) {
      let a1 = a0 + rowA
      let a2 = a1 + rowA
      let a3 = a2 + rowA
      let a4 = a3 + rowA
      let a5 = a4 + rowA
      for (let p = 0; p < kb; p++) {
        store<f64>(to, load<f64>(a0))
        store<f64>(to, load<f64>(a1), 8)
        store<f64>(to, load<f64>(a2), 16)
        store<f64>(to, load<f64>(a3), 24)
        store<f64>(to, load<f64>(a4), 32)
        store<f64>(to, load<f64>(a5), 40)
        a0 += stepA
        a1 += stepA
        a2 += stepA
        a3 += stepA
        a4 += stepA
        a5 += stepA
        to += 48
      }
    } else {
      for (let p = 0; p < kb; p++) {
        for (let q = 0; q < 6; q++) store<f64>(to + ((<usize>q) << 3), q < rows ? load<f64>(a0 + <usize>q * rowA) : 0)
        a0 += stepA
        to += 48
      }
    }
  }
}
