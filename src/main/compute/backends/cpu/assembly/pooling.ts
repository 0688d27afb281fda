import { SHIFT, SIZE } from './vector'

// Windows over `planes` images of height × width: result (p, q) sees rows p · strideY − padY and on. Result: high × wide.

/** y ← sum of x over each window, with zeros outside. */
export function sumPool(
  x: usize,
  y: usize,
  planes: u32,
  height: i32,
  width: i32,
  high: i32,
  wide: i32,
  windowY: i32,
  windowX: i32,
  strideY: i32,
  strideX: i32,
  padY: i32,
  padX: i32,
): void {
  for (let plane: u32 = 0; plane < planes; plane++) {
    for (let p = 0; p < high; p++) {
      const top = max(p * strideY - padY, 0)
      const bottom = min(p * strideY - padY + windowY, height)
      for (let q = 0; q < wide; q++) {
        const left = max(q * strideX - padX, 0)
        const right = min(q * strideX - padX + windowX, width)
        let s: Real = 0
        for (let i = top; i < bottom; i++) {
          const row = x + ((<usize>(i * width)) << SHIFT)
          for (let j = left; j < right; j++) s += load<Real>(row + ((<usize>j) << SHIFT))
        }
        store<Real>(y, s)
        y += SIZE
      }
    }
    x += (<usize>(height * width)) << SHIFT
  }
}

/** y (images) ← 0, then each value of x (results) is added to all of its window: the transpose of sumPool. */
export function spreadPool(
  x: usize,
  y: usize,
  planes: u32,
  height: i32,
  width: i32,
  high: i32,
  wide: i32,
  windowY: i32,
  windowX: i32,
  strideY: i32,
  strideX: i32,
  padY: i32,
  padX: i32,
): void {
  memory.fill(y, 0, <usize>planes * ((<usize>(height * width)) << SHIFT))
  for (let plane: u32 = 0; plane < planes; plane++) {
    for (let p = 0; p < high; p++) {
      const top = max(p * strideY - padY, 0)
      const bottom = min(p * strideY - padY + windowY, height)
      for (let q = 0; q < wide; q++) {
        const left = max(q * strideX - padX, 0)
        const right = min(q * strideX - padX + windowX, width)
        const value = load<Real>(x)
        for (let i = top; i < bottom; i++) {
          const row = y + ((<usize>(i * width)) << SHIFT)
          for (let j = left; j < right; j++) {
            const at = row + ((<usize>j) << SHIFT)
            store<Real>(at, load<Real>(at) + value)
          }
        }
        x += SIZE
      }
    }
    y += (<usize>(height * width)) << SHIFT
  }
}

/** y ← the index in x, counted over all planes, of each window's largest element: the first of equals; NaN wins. */
export function poolWinners(
  x: usize,
  y: usize,
  planes: u32,
  height: i32,
  width: i32,
  high: i32,
  wide: i32,
  windowY: i32,
  windowX: i32,
  strideY: i32,
  strideX: i32,
  padY: i32,
  padX: i32,
): void {
  let before: u32 = 0
  for (let plane: u32 = 0; plane < planes; plane++) {
    for (let p = 0; p < high; p++) {
      const top = max(p * strideY - padY, 0)
      const bottom = min(p * strideY - padY + windowY, height)
      for (let q = 0; q < wide; q++) {
        const left = max(q * strideX - padX, 0)
        const right = min(q * strideX - padX + windowX, width)
        let winner = top * width + left
        if (bottom - top == 2 && right - left == 2) {
          // The usual window: loops would take most of the time of three comparisons.
          const first = winner
          winner = better(x, winner, first + 1)
          winner = better(x, winner, first + width)
          winner = better(x, winner, first + width + 1)
        } else {
          for (let i = top; i < bottom; i++) {
            for (let j = left; j < right; j++) winner = better(x, winner, i * width + j)
          }
        }
        store<Real>(y, <Real>(before + <u32>winner))
        y += SIZE
      }
    }
    x += (<usize>(height * width)) << SHIFT
    before += height * width
  }
}

/**
 * The place of the larger element, or of the first NaN. By arithmetic on the places: nobody can predict such a branch,
 * and engines make one of a `select` between floats.
 */
function better(x: usize, winner: i32, at: i32): i32 {
  const best = load<Real>(x + ((<usize>winner) << SHIFT))
  const value = load<Real>(x + ((<usize>at) << SHIFT))
  const wins = i32(value > best) | (i32(value != value) & i32(best == best))
  return winner ^ ((winner ^ at) & -wins)
}
