import { SHIFT, SIZE, Vector } from './vector'
import { Logarithm } from './logarithm'
import { Columns } from './softmax'

/**
 * loss ← Σ over columns of −Σ_k y_k log softmax(f)_k, for logits f and targets y, both K × N.
 *
 * log Σ_k e^(f_k − max) is taken as log1p of the sum without the largest term, which is 1: late in training the loss
 * is far below 1, and log(1 + tiny) would lose its digits. Classes without target do not enter, so their logit may be
 * −∞; a logit of +∞ gives NaN. Columns are added with compensation, a vector of them at a time.
 */
export function softmaxCrossEntropy(f: usize, y: usize, loss: usize, K: u32, N: u32): void {
  const row = (<usize>N) << SHIFT
  const end = <usize>K * row
  let s = v128.splat<Real>(0)
  let lost = s
  for (let j: usize = 0; j < row; j += 16) {
    const column = columnLosses(f + j, y + j, row, end)
    const term = v128.sub<Real>(Vector.first(column, row - j), lost)
    const next = v128.add<Real>(s, term)
    lost = v128.sub<Real>(v128.sub<Real>(next, s), term)
    s = next
  }
  store<Real>(loss, Vector.sum(s))
}

function columnLosses(f: usize, y: usize, row: usize, end: usize): v128 {
  const zero = v128.splat<Real>(0)
  const top = Columns.top(f, row, end)
  const others = Columns.others(f, row, end, top)
  const logMass = Logarithm.log1p(others)
  let loss = zero
  for (let k: usize = 0; k < end; k += row) {
    const t = v128.load(y + k)
    const term = v128.mul<Real>(t, v128.sub<Real>(logMass, v128.sub<Real>(v128.load(f + k), top)))
    loss = v128.add<Real>(loss, v128.andnot(term, v128.eq<Real>(t, zero)))
  }
  return loss
}

/** loss ← ½ Σ (a − b)². */
export function squaredError(a: usize, b: usize, loss: usize, n: u32): void {
  store<Real>(loss, <Real>0.5 * pairwiseSquares(a, b, n))
}

/** As pairwiseSum, of squared differences. */
function pairwiseSquares(a: usize, b: usize, n: u32): Real {
  if (n > 128) {
    const half = (n >> 1) & ~7
    const bytes = (<usize>half) << SHIFT
    return pairwiseSquares(a, b, half) + pairwiseSquares(a + bytes, b + bytes, n - half)
  }
  let s0 = v128.splat<Real>(0)
  let s1 = s0
  const end = a + ((<usize>n) << SHIFT)
  for (; a + 32 <= end; a += 32, b += 32) {
    const d0 = v128.sub<Real>(v128.load(a), v128.load(b))
    const d1 = v128.sub<Real>(v128.load(a, 16), v128.load(b, 16))
    s0 = v128.add<Real>(s0, v128.mul<Real>(d0, d0))
    s1 = v128.add<Real>(s1, v128.mul<Real>(d1, d1))
  }
  s0 = v128.add<Real>(s0, s1)
  let rest = Vector.sum(s0)
  for (; a < end; a += SIZE, b += SIZE) {
    const d = load<Real>(a) - load<Real>(b)
    rest += d * d
  }
  return rest
}
