import { copyRun } from './layout'

// Indices are checked when they are written; the checks here only keep a mistake from touching other memory. It shows
// as NaN.

/** y (outer × n × inner) ← x (outer × extent × inner) at n indices of the middle axis. */
export function gather(x: usize, indices: usize, y: usize, outer: u32, extent: u32, inner: u32, n: u32): void {
  const run = (<usize>inner) << 3
  for (let o: u32 = 0; o < outer; o++) {
    for (let j: u32 = 0; j < n; j++) {
      const index = load<f64>(indices + ((<usize>j) << 3))
      if (index >= 0 && index < <f64>extent) copyRun(x + <usize>index * run, y, run)
      else fillRun(y, run, NaN)
      y += run
    }
    x += <usize>extent * run
  }
}

/** y (outer × extent × inner) ← 0, then the n rows of x (outer × n × inner) are added at their indices. */
export function scatterAdd(x: usize, indices: usize, y: usize, outer: u32, extent: u32, inner: u32, n: u32): void {
  const run = (<usize>inner) << 3
  memory.fill(y, 0, <usize>outer * <usize>extent * run)
  for (let o: u32 = 0; o < outer; o++) {
    for (let j: u32 = 0; j < n; j++) {
      const index = load<f64>(indices + ((<usize>j) << 3))
      if (index >= 0 && index < <f64>extent) addRun(x, y + <usize>index * run, run)
      else fillRun(y, <usize>extent * run, NaN)
      x += run
    }
    y += <usize>extent * run
  }
}

/** y (classes × n) ← 0, and 1 at the index of each column. */
export function oneHot(indices: usize, y: usize, classes: u32, n: u32): void {
  const row = (<usize>n) << 3
  memory.fill(y, 0, <usize>classes * row)
  for (let j: usize = 0; j < row; j += 8) {
    const index = load<f64>(indices + j)
    if (index >= 0 && index < <f64>classes) store<f64>(y + <usize>index * row + j, 1)
    else store<f64>(y + j, NaN)
  }
}

function addRun(from: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 8) store<f64>(to + i, load<f64>(to + i) + load<f64>(from + i))
}

function fillRun(to: usize, bytes: usize, value: f64): void {
  for (let i: usize = 0; i < bytes; i += 8) store<f64>(to + i, value)
}
