import { Pair } from './exponential'

/**
 * loss ← Σ over columns of −Σ_k y_k log softmax(f)_k, for logits f and targets y, both K × N.
 *
 * log Σ_k e^(f_k − max) is taken as log1p of the sum without the largest term, which is 1: late in training the loss
 * is far below 1, and log(1 + tiny) would lose its digits. Columns are added with compensation.
 */
export function softmaxCrossEntropy(f: usize, y: usize, loss: usize, K: u32, N: u32): void {
  const row = (<usize>N) << 3
  const end = <usize>K * row
  let s: f64 = 0
  let lost: f64 = 0
  for (let j: usize = 0; j < row; j += 8) {
    const term = columnLoss(f + j, y + j, row, end) - lost
    const next = s + term
    lost = next - s - term
    s = next
  }
  store<f64>(loss, s)
}

function columnLoss(f: usize, y: usize, row: usize, end: usize): f64 {
  let top = -Infinity
  let winner: usize = 0
  for (let k: usize = 0; k < end; k += row) {
    const value = load<f64>(f + k)
    // NaN must win too, or it would vanish from the loss.
    if (!(value <= top)) {
      top = value
      winner = k
    }
  }
  let others: f64 = 0
  for (let k: usize = 0; k < end; k += row) {
    if (k != winner) others += f64x2.extract_lane(Pair.exp(f64x2.splat(load<f64>(f + k) - top)), 0)
  }
  const logMass = Math.log1p(others)
  let loss: f64 = 0
  for (let k: usize = 0; k < end; k += row) loss += load<f64>(y + k) * (logMass - (load<f64>(f + k) - top))
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
