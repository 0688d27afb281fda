import { LogPair } from './logarithm'
import { Columns } from './softmax'

/**
 * loss ← Σ over columns of −Σ_k y_k log softmax(f)_k, for logits f and targets y, both K × N.
 *
 * log Σ_k e^(f_k − max) is taken as log1p of the sum without the largest term, which is 1: late in training the loss
 * is far below 1, and log(1 + tiny) would lose its digits. Classes without target do not enter, so their logit may be
 * −∞; a logit of +∞ gives NaN. Columns are added with compensation, two at a time.
 */
export function softmaxCrossEntropy(f: usize, y: usize, loss: usize, K: u32, N: u32): void {
  const row = (<usize>N) << 3
  const end = <usize>K * row
  let s = f64x2.splat(0)
  let lost = s
  for (let j: usize = 0; j < row; j += 16) {
    const both = j + 16 <= row
    const column = columnLosses(f + j, y + j, row, end)
    const term = f64x2.sub(both ? column : f64x2.replace_lane(column, 1, 0), lost)
    const next = f64x2.add(s, term)
    lost = f64x2.sub(f64x2.sub(next, s), term)
    s = next
  }
  store<f64>(loss, f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1))
}

function columnLosses(f: usize, y: usize, row: usize, end: usize): v128 {
  const zero = f64x2.splat(0)
  const top = Columns.top(f, row, end)
  const others = Columns.others(f, row, end, top)
  const logMass = LogPair.log1p(others)
  let loss = zero
  for (let k: usize = 0; k < end; k += row) {
    const t = v128.load(y + k)
    const term = f64x2.mul(t, f64x2.sub(logMass, f64x2.sub(v128.load(f + k), top)))
    loss = f64x2.add(loss, v128.andnot(term, f64x2.eq(t, zero)))
  }
  return loss
}

/** loss ← ½ Σ (a − b)². */
export function squaredError(a: usize, b: usize, loss: usize, n: u32): void {
  store<f64>(loss, 0.5 * pairwiseSquares(a, b, n))
}

/** As pairwiseSum, of squared differences. */
function pairwiseSquares(a: usize, b: usize, n: u32): f64 {
  if (n > 128) {
    const half = (n >> 1) & ~7
    const bytes = (<usize>half) << 3
    return pairwiseSquares(a, b, half) + pairwiseSquares(a + bytes, b + bytes, n - half)
  }
  let s0 = f64x2.splat(0)
  let s1 = s0
  const end = a + ((<usize>n) << 3)
  for (; a + 32 <= end; a += 32, b += 32) {
    const d0 = f64x2.sub(v128.load(a), v128.load(b))
    const d1 = f64x2.sub(v128.load(a, 16), v128.load(b, 16))
    s0 = f64x2.add(s0, f64x2.mul(d0, d0))
    s1 = f64x2.add(s1, f64x2.mul(d1, d1))
  }
  s0 = f64x2.add(s0, s1)
  let rest: f64 = f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1)
  for (; a < end; a += 8, b += 8) {
    const d = load<f64>(a) - load<f64>(b)
    rest += d * d
  }
  return rest
}
