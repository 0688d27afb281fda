/** Bytes of a number, and their binary logarithm. */
export const SIZE: usize = sizeof<Real>()
export const SHIFT: usize = alignof<Real>()
/** Numbers in a vector of 16 bytes. */
export const LANES: i32 = 16 / sizeof<Real>()
/** Columns that a tile of gemm computes at once: two vectors. */
export const PANEL: i32 = 2 * LANES

/** n numbers as bytes, rounded up to whole vectors: the rest of a last vector is the buffer's own padding. */
export function vectorBytes(n: u32): usize {
  return (((<usize>n) << SHIFT) + 15) & ~15
}

// Sixteen bytes of ones, then as many of zeros.
const ONES: usize = memory.data<u64>([u64.MAX_VALUE, u64.MAX_VALUE, 0, 0])

/** What is done to the numbers of one vector. In a class, because only methods may carry the decorator that inlines. */
export class Vector {
  /** Writes the first `bytes` of a vector; 16 or more write all of it. */
  @inline
  static store(at: usize, v: v128, bytes: usize): void {
    if (bytes >= 16) {
      v128.store(at, v)
    } else if (sizeof<Real>() == 8) {
      v128.store64_lane(at, v, 0)
    } else {
      if (bytes >= 8) v128.store64_lane(at, v, 0)
      if (bytes == 4) v128.store32_lane(at, v, 0)
      if (bytes == 12) v128.store32_lane(at, v, 2, 8)
    }
  }

  /** The first `bytes`, and zeros in place of the rest. */
  @inline
  static first(v: v128, bytes: usize): v128 {
    return v128.and(v, v128.load(ONES + 16 - min(bytes, 16)))
  }

  @inline
  static sum(v: v128): Real {
    const s = v128.extract_lane<Real>(v, 0) + v128.extract_lane<Real>(v, 1)
    return sizeof<Real>() == 8 ? s : s + (v128.extract_lane<Real>(v, 2) + v128.extract_lane<Real>(v, 3))
  }

  @inline
  static max(v: v128): Real {
    const m = max(v128.extract_lane<Real>(v, 0), v128.extract_lane<Real>(v, 1))
    return sizeof<Real>() == 8 ? m : max(m, max(v128.extract_lane<Real>(v, 2), v128.extract_lane<Real>(v, 3)))
  }
}
