import { SHIFT, SIZE } from './vector'
import { copyRun } from './layout'

// Indices are checked when they are written; the checks here only keep a mistake from touching other memory. It shows
// as NaN.

/** y (outer × n × inner) ← x (outer × extent × inner) at n indices of the middle axis. */
export function gather(x: usize, indices: usize, y: usize, outer: u32, extent: u32, inner: u32, n: u32): void {
  const run = (<usize>inner) << SHIFT
  for (let o: u32 = 0; o < outer; o++) {
    for (let j: u32 = 0; j < n; j++) {
      const index = load<Real>(indices + ((<usize>j) << SHIFT))
      if (index >= 0 && index < <Real>extent) copyRun(x + <usize>index * run, y, run)
      else fillRun(y, run, NaN)
      y += run
    }
    x += <usize>extent * run
  }
}

/** y (outer × extent × inner) ← 0, then the n rows of x (outer × n × inner) are added at their indices. */
export function scatterAdd(x: usize, indices: usize, y: usize, outer: u32, extent: u32, inner: u32, n: u32): void {
  const run = (<usize>inner) << SHIFT
  memory.fill(y, 0, <usize>outer * <usize>extent * run)
  for (let o: u32 = 0; o < outer; o++) {
    for (let j: u32 = 0; j < n; j++) {
      const index = load<Real>(indices + ((<usize>j) << SHIFT))
      if (index >= 0 && index < <Real>extent) addRun(x, y + <usize>index * run, run)
      else fillRun(y, <usize>extent * run, NaN)
      x += run
    }
    y += <usize>extent * run
  }
}

/** y (classes × n) ← 0, and 1 at the index of each column. */
export function oneHot(indices: usize, y: usize, classes: u32, n: u32): void {
  const row = (<usize>n) << SHIFT
  memory.fill(y, 0, <usize>classes * row)
  for (let j: usize = 0; j < row; j += SIZE) {
    const index = load<Real>(indices + j)
    if (index >= 0 && index < <Real>classes) store<Real>(y + <usize>index * row + j, 1)
    else store<Real>(y + j, NaN)
  }
}

function addRun(from: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += SIZE) store<Real>(to + i, load<Real>(to + i) + load<Real>(from + i))
}

function fillRun(to: usize, bytes: usize, value: Real): void {
  for (let i: usize = 0; i < bytes; i += SIZE) store<Real>(to + i, value)
}
