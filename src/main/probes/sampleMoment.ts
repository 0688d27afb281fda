import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { LinearOperator } from '#main/core/linearOperator'
import { scaled } from './scaled'

/**
 * One block of N vectors g_i, given by factors, without writing the vectors out.
 *
 * outer: g_i = a_i ⊗ b_i, row-major vec of a_i b_iᵀ (a weight matrix). plain: g_i = a_i (a bias). column: g_i is a_i in
 * column i of a d × N matrix and zero elsewhere (free features, of which sample i has its own).
 */
export type SampleBlock =
  | { readonly kind: 'outer'; readonly a: Matrix; readonly b: Matrix }
  | { readonly kind: 'plain' | 'column'; readonly a: Matrix }

/** Σ_i ω_i g_i g_iᵀ, minus ω ḡ ḡᵀ where `centred` (ω = Σ ω_i, ḡ the weighted mean), g_i the blocks one after the other. */
export interface SampleMoment {
  readonly blocks: readonly SampleBlock[]
  /** ω_i ≥ 0. */
  readonly weights: Float64Array
  readonly centred: boolean
}

export function blockSize(block: SampleBlock): number {
  const { rows: d, cols: N } = block.a
  if (block.kind === 'outer') return d * block.b.rows
  return block.kind === 'plain' ? d : d * N
}

/**
 * The moment as an operator: s_i = ⟨g_i, x⟩ for every sample, then Σ_i ω_i s_i g_i. Two products with each factor; centring
 * only takes the weighted mean off s.
 */
export function sampleMomentOperator({ blocks, weights, centred }: SampleMoment): LinearOperator {
  const sizes = blocks.map(blockSize)
  const total = weights.reduce((sum, w) => sum + w, 0)
  return {
    n: sizes.reduce((sum, size) => sum + size, 0),
    apply(x, y) {
      const inner = new Float64Array(weights.length)
      let start = 0
      blocks.forEach((block, b) => addInnerProducts(block, x.subarray(start, (start += sizes[b]!)), inner))
      const mean = centred ? inner.reduce((sum, s, i) => sum + weights[i]! * s, 0) / total : 0
      const factors = inner.map((s, i) => weights[i]! * (s - mean))
      y.set(combineSamples(blocks, factors))
    },
  }
}

/**
 * N × N Gram matrix √ω_i √ω_j ⟨g_i, g_j⟩ (of the centred vectors where asked), whose eigenvalues are the moment's that are
 * not zero. Theory note 01, section 7, "Gram route"; (a ⊗ b)ᵀ(a' ⊗ b') = (aᵀa')(bᵀb').
 */
export function sampleMomentGram({ blocks, weights, centred }: SampleMoment): Matrix {
  const N = weights.length
  const gram = matrix(N, N)
  for (const block of blocks) {
    const left = matmul(block.a, block.a, { transposeA: true }).data
    const right = block.kind === 'outer' ? matmul(block.b, block.b, { transposeA: true }).data : null
    for (let at = 0; at < N * N; at++) {
      if (block.kind === 'column' && at % (N + 1) !== 0) continue
      gram.data[at]! += right ? left[at]! * right[at]! : left[at]!
    }
  }
  if (centred) centreInPlace(gram, weights)
  for (let at = 0; at < N * N; at++) gram.data[at]! *= Math.sqrt(weights[Math.floor(at / N)]! * weights[at % N]!)
  return gram
}

/** Gram matrix of g_i − ḡ from that of g_i: ⟨g_i, g_j⟩ − m_i − m_j + m̄ with m_i = ⟨g_i, ḡ⟩. */
function centreInPlace({ rows: N, data }: Matrix, weights: Float64Array): void {
  const total = weights.reduce((sum, w) => sum + w, 0)
  const m = weights.map((_, i) => {
    let sum = 0
    for (let j = 0; j < N; j++) sum += weights[j]! * data[i * N + j]!
    return sum / total
  })
  const mean = m.reduce((sum, value, i) => sum + weights[i]! * value, 0) / total
  for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) data[i * N + j]! += mean - m[i]! - m[j]!
}

function addInnerProducts(block: SampleBlock, x: Float64Array, inner: Float64Array): void {
  const { rows: d, cols: N, data: a } = block.a
  // Row-major d × N like a itself, except that a plain block has one number for all samples.
  const other =
    block.kind === 'outer' ? matmul(matrix(d, block.b.rows, x), block.b).data : block.kind === 'column' ? x : null
  for (let r = 0; r < d; r++) {
    for (let i = 0; i < N; i++) inner[i]! += a[r * N + i]! * (other ? other[r * N + i]! : x[r]!)
  }
}

function writeCombination(block: SampleBlock, factors: Float64Array, y: Float64Array): void {
  const { rows: d, cols: N } = block.a
  const weighted = matrix(d, N, block.a.data.map((value, at) => value * factors[at % N]!)) // prettier-ignore
  if (block.kind === 'column') y.set(weighted.data)
  else if (block.kind === 'outer') y.set(matmul(weighted, block.b, { transposeB: true }).data)
  else for (let r = 0; r < d; r++) y[r] = weighted.data.subarray(r * N, (r + 1) * N).reduce((sum, v) => sum + v, 0)
}

/** Σ_i factor_i g_i, the blocks one after the other. */
export function combineSamples(blocks: readonly SampleBlock[], factors: Float64Array): Float64Array {
  const sum = new Float64Array(blocks.reduce((size, block) => size + blockSize(block), 0))
  let start = 0
  for (const block of blocks) writeCombination(block, factors, sum.subarray(start, (start += blockSize(block))))
  return sum
}

/** A d × N matrix whose columns are per-sample gradients, from the gradient of a mean over N samples. */
export function perSample(gradientColumns: Matrix): Matrix {
  return scaled(gradientColumns, gradientColumns.cols)
}
