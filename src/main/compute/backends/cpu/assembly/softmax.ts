import { Pair } from './exponential'

/**
 * Columns of p (K × N) ← softmax of the columns of f, two columns at a time; the maximum is subtracted first.
 * A NaN is passed over by pmax, but then makes the mass and so its whole column NaN.
 */
export function softmax(f: usize, p: usize, K: u32, N: u32): void {
  const row = (<usize>N) << 3
  const end = <usize>K * row
  for (let j: usize = 0; j < row; j += 16) {
    let top = f64x2.splat(-Infinity)
    for (let k = j; k < end; k += row) top = f64x2.pmax(top, v128.load(f + k))
    let mass = f64x2.splat(0)
    const both = j + 16 <= row
    for (let k = j; k < end; k += row) {
      const e = Pair.exp(f64x2.sub(v128.load(f + k), top))
      mass = f64x2.add(mass, e)
      storePair(p + k, e, both)
    }
    for (let k = j; k < end; k += row) storePair(p + k, f64x2.div(v128.load(p + k), mass), both)
  }
}

/** The last column of an odd N has no neighbour: the next double belongs to the next row. */
function storePair(at: usize, pair: v128, both: bool): void {
  if (both) v128.store(at, pair)
  else store<f64>(at, f64x2.extract_lane(pair, 0))
}
