import { LabError } from '#shared/errors'
import { matmul, norm, svd, transpose } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { scaled } from './scaled'

/** Singular values of the stacked matrix below this fraction of its blocks' norms span its null space. */
const NULL_CUT = 1e-10
/** Singular values this close to a value, relative to it, belong to one subspace. Theory note 05, S-A ("Angles"). */
export const SAME_VALUE = 1e-6

/**
 * Where each weight matrix acts as ρ times an isometry, and the rest of the space.
 *
 * V_l = [V_{l,1} V_{l,2}]; W_l(0)/ε takes V_l to V_{l+1} = U_l. Theory note 05, S-A; Yaras et al. 2023,
 * arXiv:2306.01154 (existence), the construction is the note's.
 */
export interface BlockFrames {
  /** V_{1,2}, V_{2,2} …: d × m each, one more than there are layers with a block. */
  readonly block: readonly Matrix[]
  /** V_{1,1}, V_{2,1} …: d × 2r each. */
  readonly rest: readonly Matrix[]
  /** Layers W_1 … of the block form: L in Case 2, L − 1 in Case 1, whose W_L takes the block to zero. */
  readonly layers: number
}

/**
 * The invariant block of a linear network at its ε-orthogonal start.
 *
 * With P = W_{L:1}(0): 𝒩 = ker Φ ∩ ker P in Case 1 (Φ wide) and ker Φ ∩ ker ΦᵀP in Case 2 (Φ square), from the SVD of
 * the stacked matrix; V_{1,2} a basis of 𝒩, V_{1,1} of its complement.
 *
 * @param phi Φ = Y Xᵀ, d_y × d
 * @param weights W_l(0), ε times an orthogonal matrix each
 * @param initScale ε
 * @throws LabError 'shape' if Φ does not fit the weights; 'degenerate' if 𝒩 is empty, as for d ≤ 2r
 */
export function blockFrames(phi: Matrix, weights: readonly Matrix[], initScale: number): BlockFrames {
  const product = weights.reduce((below, W) => matmul(W, below))
  if (phi.rows !== product.rows || phi.cols !== product.cols) {
    throw new LabError(
      'shape',
      `blockFrames: Φ is ${phi.rows} × ${phi.cols}, the network ${product.rows} × ${product.cols}. Pass Φ = Y Xᵀ.`,
    )
  }
  const square = phi.rows === phi.cols
  const second = square ? matmul(phi, product, { transposeA: true }) : product
  const { inside, outside } = nullSpace([phi, second])
  const d = phi.cols
  if (inside.cols === 0) {
    throw new LabError('degenerate', `blockFrames: no direction is left over: use a width d = ${d} above 2 rank Φ.`, {
      d,
    })
  }
  const layers = square ? weights.length : weights.length - 1
  const isometries = weights.slice(0, layers).map((W) => scaled(W, 1 / initScale))
  return { block: transported(inside, isometries), rest: transported(outside, isometries), layers }
}

function transported(start: Matrix, isometries: readonly Matrix[]): Matrix[] {
  const frames = [start]
  for (const isometry of isometries) frames.push(matmul(isometry, frames.at(-1)!))
  return frames
}

/** Orthonormal bases of the common null space of matrices with d columns, and of its complement. */
function nullSpace(blocks: readonly Matrix[]): { inside: Matrix; outside: Matrix } {
  const d = blocks[0]!.cols
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0)
  // At least d rows, so that the thin SVD has all d right vectors; blocks of one norm, as P may be as small as ε^L.
  const stacked = matrix(Math.max(rows, d), d)
  let start = 0
  for (const { data } of blocks) {
    const size = norm(data)
    data.forEach((value, at) => (stacked.data[start + at] = size === 0 ? 0 : value / size))
    start += data.length
  }
  const { s, vt } = svd(stacked)
  const rank = s.filter((value) => value > NULL_CUT).length
  const rowsOf = (from: number, to: number) => transpose(matrix(to - from, d, vt.data.slice(from * d, to * d)))
  return { inside: rowsOf(rank, d), outside: rowsOf(0, rank) }
}

/**
 * Invariance residual e = max_l max(‖W_l u_{l−1} − ρ u_l‖_∞, ‖W_lᵀ u_l − ρ u_{l−1}‖_∞) over a basis u_0 of 𝒩; in Case 1
 * the last layer adds ‖W_L u_{L−1}‖_∞. Rounding alone for whitened data. Theory note 05, S-A ("Record").
 */
export function invarianceResidual(frames: BlockFrames, weights: readonly Matrix[], rho: number): number {
  const { block, layers } = frames
  return weights.reduce((worst, W, i) => {
    const [below, above] = [block[i]!, block[i + 1]]
    if (i >= layers || !above) return Math.max(worst, largestGap(matmul(W, below), null, 0))
    const up = largestGap(matmul(W, below), above, rho)
    return Math.max(worst, up, largestGap(matmul(W, above, { transposeA: true }), below, rho))
  }, 0)
}

/** max |a − ρ b|; b null for zero. NaN stays NaN. */
function largestGap(a: Matrix, b: Matrix | null, rho: number): number {
  return a.data.reduce((worst, value, at) => Math.max(worst, Math.abs(value - (b ? rho * b.data[at]! : 0))), 0)
}

/**
 * Angles in radians in the order of the singular values, so that entry i belongs to σ_i: those of the rest above ρ, the m
 * of the block, those of the rest at or below ρ.
 */
export interface FrameAngles {
  readonly right: Float64Array
  readonly left: Float64Array
}

/**
 * How far the singular vectors of W_l have turned from the reference frames V_l and U_l.
 *
 * For a block vector v: arcsin ‖(I − Π) v‖, Π the projector on the singular vectors whose values lie within 1e-6 ρ of ρ.
 * For one of the rest: the same with the value that it is matched to, by largest overlap, in the SVD of
 * W̃_l = U_{l,1}ᵀ W_l V_{l,1}. Equal values share a subspace, so nothing has turned at step 0, where all equal ε.
 * arcsin, because arccos cannot resolve angles below 1e-8. Theory note 05, S-A ("Angles").
 *
 * @param layer counted from 1; one of the layers of the block form
 */
export function frameAngles(frames: BlockFrames, W: Matrix, layer: number, rho: number): FrameAngles {
  const [restBelow, restAbove] = [frames.rest[layer - 1]!, frames.rest[layer]!]
  const { u, s, vt } = svd(W)
  const isBlock = (value: number) => Math.abs(value - rho) <= SAME_VALUE * Math.abs(rho)
  const core = svd(matmul(matmul(restAbove, W, { transposeA: true }), restBelow))
  const above = core.s.filter((value) => value > rho).length
  const inOrder = (rest: Float64Array, block: Float64Array) =>
    Float64Array.of(...rest.subarray(0, above), ...block, ...rest.subarray(above))
  return {
    right: inOrder(
      matchedAngles(core.s, transpose(core.vt)),
      subspaceAngles(s, transpose(vt), isBlock, frames.block[layer - 1]!),
    ),
    left: inOrder(matchedAngles(core.s, core.u), subspaceAngles(s, u, isBlock, frames.block[layer]!)),
  }
}

/** arcsin of what of each reference column lies outside the chosen singular vectors. */
function subspaceAngles(
  values: Float64Array,
  vectors: Matrix,
  isChosen: (value: number) => boolean,
  references: Matrix,
): Float64Array {
  const { rows: d, cols: m } = references
  const chosen = [...values.keys()].filter((i) => isChosen(values[i]!))
  const basis = matrix(
    d,
    chosen.length,
    Float64Array.from({ length: d * chosen.length }, (_, at) => {
      const row = Math.floor(at / chosen.length)
      return vectors.data[row * vectors.cols + chosen[at % chosen.length]!]!
    }),
  )
  const inside = matmul(basis, matmul(basis, references, { transposeA: true }))
  return Float64Array.from({ length: m }, (_, j) => {
    let outside = 0
    for (let i = 0; i < d; i++) outside += (references.data[i * m + j]! - inside.data[i * m + j]!) ** 2
    return Math.asin(Math.min(1, Math.sqrt(outside)))
  })
}

/**
 * Each singular vector, in the order of its value, takes the free coordinate axis of largest overlap; the angle of that
 * axis to its subspace.
 */
function matchedAngles(values: Float64Array, vectors: Matrix): Float64Array {
  const n = values.length
  const angles = new Float64Array(n)
  const free = new Set(angles.keys())
  for (let i = 0; i < n; i++) {
    const overlap = (j: number) => Math.abs(vectors.data[j * n + i]!)
    const axis = [...free].reduce((best, j) => (overlap(j) > overlap(best) ? j : best))
    free.delete(axis)
    const isSame = (value: number) => Math.abs(value - values[i]!) <= SAME_VALUE * values[i]!
    const reference = matrix(n, 1)
    reference.data[axis] = 1
    angles[i] = subspaceAngles(values, vectors, isSame, reference)[0]!
  }
  return angles
}
