import { SHIFT, SIZE } from './vector'

// One image x (channels × height × width) as a matrix whose column (p, q) is what result (p, q) of a convolution sees:
// row (c, i, j) is x[c, p · strideY + i − padY, q · strideX + j − padX], zero outside. So a convolution is one product.

/** columns (channels · windowY · windowX × high · wide) ← the image. */
export function imageToColumns(
  x: usize,
  columns: usize,
  channels: i32,
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
  const step = (<usize>strideX) << SHIFT
  const row = (<usize>wide) << SHIFT
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < windowY; i++) {
      for (let j = 0; j < windowX; j++) {
        const first = firstInside(j - padX, strideX, wide)
        const last = lastInside(j - padX, strideX, wide, width)
        if (strideY == 1 && strideX == 1 && wide == width) {
          copyShifted(x, columns, i - padY, j - padX, height, width, high, first, last)
          columns += <usize>high * row
          continue
        }
        for (let p = 0; p < high; p++) {
          const y = p * strideY + i - padY
          if (y < 0 || y >= height || last <= first) {
            clear(columns, columns + row)
          } else {
            const start = columns + ((<usize>first) << SHIFT)
            const stop = columns + ((<usize>last) << SHIFT)
            let from = x + ((<usize>(y * width + first * strideX + j - padX)) << SHIFT)
            let to = start
            clear(columns, start)
            if (strideX == 1) {
              for (; to + 16 <= stop; to += 16, from += 16) v128.store(to, v128.load(from))
            }
            for (; to < stop; to += SIZE, from += step) store<Real>(to, load<Real>(from))
            clear(stop, columns + row)
          }
          columns += row
        }
      }
    }
    x += (<usize>(height * width)) << SHIFT
  }
}

/** The transpose: x ← 0, then every element of the columns is added where it came from. */
export function columnsToImage(
  x: usize,
  columns: usize,
  channels: i32,
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
  const step = (<usize>strideX) << SHIFT
  const row = (<usize>wide) << SHIFT
  memory.fill(x, 0, (<usize>(channels * height * width)) << SHIFT)
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < windowY; i++) {
      for (let j = 0; j < windowX; j++) {
        const first = firstInside(j - padX, strideX, wide)
        const last = lastInside(j - padX, strideX, wide, width)
        if (strideY == 1 && strideX == 1 && wide == width) {
          addShifted(x, columns, i - padY, j - padX, height, width, high, first, last)
          columns += <usize>high * row
          continue
        }
        for (let p = 0; p < high; p++) {
          const y = p * strideY + i - padY
          if (y >= 0 && y < height && first < last) {
            let from = columns + ((<usize>first) << SHIFT)
            const stop = columns + ((<usize>last) << SHIFT)
            let to = x + ((<usize>(y * width + first * strideX + j - padX)) << SHIFT)
            if (strideX == 1) {
              for (; from + 16 <= stop; from += 16, to += 16) {
                v128.store(to, v128.add<Real>(v128.load(to), v128.load(from)))
              }
            }
            for (; from < stop; from += SIZE, to += step) store<Real>(to, load<Real>(to) + load<Real>(from))
          }
          columns += row
        }
      }
    }
    x += (<usize>(height * width)) << SHIFT
  }
}

/**
 * Where images and results are equally wide and no place is left out, a row of columns is the image moved by whole
 * rows and columns: one run, of which the places that wrapped around are then cleared.
 */
function copyShifted(
  x: usize,
  columns: usize,
  down: i32,
  right: i32,
  height: i32,
  width: i32,
  high: i32,
  first: i32,
  last: i32,
): void {
  const top = min(max(-down, 0), high)
  const bottom = max(min(height - down, high), top)
  const stop = columns + ((<usize>(high * width)) << SHIFT)
  if (first >= last || top >= bottom) {
    clear(columns, stop)
    return
  }
  let to = columns + ((<usize>(top * width + first)) << SHIFT)
  const end = columns + ((<usize>((bottom - 1) * width + last)) << SHIFT)
  let from = x + ((<usize>((top + down) * width + first + right)) << SHIFT)
  clear(columns, to)
  for (; to + 32 <= end; to += 32, from += 32) {
    v128.store(to, v128.load(from))
    v128.store(to, v128.load(from, 16), 16)
  }
  for (; to < end; to += SIZE, from += SIZE) store<Real>(to, load<Real>(from))
  clear(end, stop)
  clearGaps(columns, width, top, bottom, first, last)
}

/** The transpose of copyShifted, which may write into the columns: nobody reads them again. */
function addShifted(
  x: usize,
  columns: usize,
  down: i32,
  right: i32,
  height: i32,
  width: i32,
  high: i32,
  first: i32,
  last: i32,
): void {
  const top = min(max(-down, 0), high)
  const bottom = max(min(height - down, high), top)
  if (first >= last || top >= bottom) return
  clearGaps(columns, width, top, bottom, first, last)
  let from = columns + ((<usize>(top * width + first)) << SHIFT)
  const end = columns + ((<usize>((bottom - 1) * width + last)) << SHIFT)
  let to = x + ((<usize>((top + down) * width + first + right)) << SHIFT)
  for (; from + 32 <= end; from += 32, to += 32) {
    v128.store(to, v128.add<Real>(v128.load(to), v128.load(from)))
    v128.store(to, v128.add<Real>(v128.load(to, 16), v128.load(from, 16)), 16)
  }
  for (; from < end; from += SIZE, to += SIZE) store<Real>(to, load<Real>(to) + load<Real>(from))
}

/** Zeros between the last place of a row and the first of the next. */
function clearGaps(columns: usize, width: i32, top: i32, bottom: i32, first: i32, last: i32): void {
  for (let p = top; p + 1 < bottom; p++) {
    clear(columns + ((<usize>(p * width + last)) << SHIFT), columns + ((<usize>((p + 1) * width + first)) << SHIFT))
  }
}

/** The first result q whose place q · stride + shift is not negative. */
function firstInside(shift: i32, stride: i32, wide: i32): i32 {
  return shift >= 0 ? 0 : min((stride - 1 - shift) / stride, wide)
}

/** One past the last result q whose place is below the width. */
function lastInside(shift: i32, stride: i32, wide: i32, width: i32): i32 {
  return shift >= width ? 0 : min((width - 1 - shift) / stride + 1, wide)
}

function clear(from: usize, end: usize): void {
  for (; from < end; from += SIZE) store<Real>(from, 0)
}
