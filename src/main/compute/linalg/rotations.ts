// 64 KiB of cosines and sines: they stay in L2 while the rows pass.
const CAPACITY = 4096

/**
 * Plane rotations waiting to be applied to neighbouring columns of a matrix. Applied one by one they would stream the
 * whole matrix through the cache each time; collected, every row takes all of them while it is in L1.
 */
export class RotationQueue {
  private readonly at: Uint32Array
  private readonly cosines: Float64Array
  private readonly sines: Float64Array
  private count = 0

  /** @param data rows × cols, row-major: changed in place, finished by `flush` */
  constructor(
    private readonly data: Float64Array,
    private readonly rows: number,
    private readonly cols: number,
  ) {
    const capacity = Math.min(CAPACITY, 2 * cols * cols)
    this.at = new Uint32Array(capacity)
    this.cosines = new Float64Array(capacity)
    this.sines = new Float64Array(capacity)
  }

  /** (x, y) ← (c x − s y, s x + c y) for columns i and i + 1. */
  push(i: number, c: number, s: number): void {
    this.at[this.count] = i
    this.cosines[this.count] = c
    this.sines[this.count] = s
    if (++this.count === this.at.length) this.flush()
  }

  flush(): void {
    let row = 0
    for (; row + 4 <= this.rows; row += 4) this.applyToFour(row * this.cols)
    for (; row < this.rows; row++) this.applyToOne(row * this.cols)
    this.count = 0
  }

  /** Each rotation waits for the one before it; four rows at a time fill the wait. */
  private applyToFour(start: number): void {
    const { data, at, cosines, sines, count, cols } = this
    for (let t = 0; t < count; t++) {
      const c = cosines[t]!
      const s = sines[t]!
      const p0 = start + at[t]!
      const p1 = p0 + cols
      const p2 = p1 + cols
      const p3 = p2 + cols
      const x0 = data[p0]!
      const y0 = data[p0 + 1]!
      const x1 = data[p1]!
      const y1 = data[p1 + 1]!
      const x2 = data[p2]!
      const y2 = data[p2 + 1]!
      const x3 = data[p3]!
      const y3 = data[p3 + 1]!
      data[p0] = c * x0 - s * y0
      data[p0 + 1] = s * x0 + c * y0
      data[p1] = c * x1 - s * y1
      data[p1 + 1] = s * x1 + c * y1
      data[p2] = c * x2 - s * y2
      data[p2 + 1] = s * x2 + c * y2
      data[p3] = c * x3 - s * y3
      data[p3 + 1] = s * x3 + c * y3
    }
  }

  private applyToOne(start: number): void {
    const { data, at, cosines, sines, count } = this
    for (let t = 0; t < count; t++) {
      const c = cosines[t]!
      const s = sines[t]!
      const p = start + at[t]!
      const x = data[p]!
      const y = data[p + 1]!
      data[p] = c * x - s * y
      data[p + 1] = s * x + c * y
    }
  }
}
