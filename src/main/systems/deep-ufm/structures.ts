import { LabError } from '#shared/errors'
import { singularValues } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { bisect } from './bisect'
import { checkConfig, depthOf, meanDecay, uniformConfig, type UfmConfig } from './config'
import { criticalScale, scaledLoss, type ScaledLoss } from './criticalScale'
import { blockShape, pairShape, polygonShape, simplexShape } from './logitShapes'

/**
 * A critical point of the linear cross-entropy model along the scale of its logits: Z = (class-mean logits) ⊗ 1_nᵀ with
 * balanced factors. Theory note 02, D1 to D3.
 */
export interface Structure {
  /** γ with class-mean logits γ A; of block ETFs the scale of each block. */
  readonly scales: readonly number[]
  /** K × K, column c the mean output of class c. */
  readonly classMeanLogits: Matrix
  /** With the weight decay. */
  readonly loss: number
  readonly rank: number
}

/** A singular value below this fraction of the largest is rounding: the powers 2/M would make it count (pitfall 11). */
const NEGLIGIBLE = 1e-12

/**
 * The minimum along γ of Z = γ A ⊗ 1_nᵀ at the largest scale. It is a critical point of the whole loss if A satisfies
 * −u_iᵀ ∇g v_k ∝ δ_ik (D1), which holds for simplex, pair and polygon by their symmetry.
 *
 * Unequal weight decays count by their geometric mean, since the balanced factors are rescaled at no cost.
 * @param A K × K class-mean logits at γ = 1
 * @returns null where no minimum at a separating scale exists
 */
export function structureOf(config: UfmConfig, A: Matrix): Structure | null {
  checkConfig(config)
  const scaled = alongScale(config, A)
  const scale = criticalScale(scaled)
  if (scale === null) return null
  const classMeanLogits = matrix(
    A.rows,
    A.cols,
    A.data.map((x) => scale * x),
  )
  return { scales: [scale], classMeanLogits, loss: scaledLoss(scaled, scale), rank: activeValues(A).length }
}

/** The loss of Z = γ A ⊗ 1_nᵀ with balanced factors at any scale γ. */
export function shapeLoss(config: UfmConfig, A: Matrix, scale: number): number {
  return scaledLoss(alongScale(config, A), scale)
}

/** DNC by the route of all structures; `simplexSolution` solves its own equation. */
export function collapseStructure(config: UfmConfig): Structure | null {
  return structureOf(config, simplexShape(config.K))
}

/** GK's pair structure; null for odd K, where it is not a critical point, and where it does not exist. */
export function pairStructure(config: UfmConfig): Structure | null {
  return config.K % 2 === 0 ? structureOf(config, pairShape(config.K)) : null
}

/** The rank-2 polygon, K ≥ 3. It is DNC for K = 3 and the pair structure, relabelled, for K = 4. */
export function polygonStructure(config: UfmConfig): Structure | null {
  return config.K >= 3 ? structureOf(config, polygonShape(config.K)) : null
}

/**
 * Simplices ⊕ α_b S_{k_b} of blocks of classes. The loss is a sum over the blocks, each minimised over its own α_b:
 *
 *   k_b/K ln(1 + (k_b−1) e^{−α_b} + (K−k_b) e^{−α_b (k_b−1)/k_b}) + λ/2 (L+1)(k_b−1)(α_b √n)^{2/(L+1)}.
 *
 * Not all of them are minima of the whole loss. Theory note 02, D3.
 * @param sizes k_1 … k_B, each at least 2, K in total
 * @returns null where some block has no minimum
 * @throws LabError 'bad-input' for sizes that do not fit
 */
export function blockStructure(config: UfmConfig, sizes: readonly number[]): Structure | null {
  checkConfig(config)
  const { K } = config
  if (sizes.some((k) => !(k >= 2)) || sizes.reduce((sum, k) => sum + k, 0) !== K) {
    throw new LabError(
      'bad-input',
      `Blocks of ${sizes.join(' + ')} classes: give sizes of at least 2 that sum to K = ${K}.`,
    )
  }
  const losses = sizes.map((k): ScaledLoss => {
    const margins = [0, ...Array<number>(k - 1).fill(1), ...Array<number>(K - k).fill((k - 1) / k)]
    return { ...penalty(config, Array<number>(k - 1).fill(1)), groups: [{ weight: k / K, margins }] }
  })
  const scales: number[] = []
  for (const loss of losses) {
    const scale = criticalScale(loss)
    if (scale === null) return null
    scales.push(scale)
  }
  return {
    scales,
    classMeanLogits: blockShape(sizes, scales),
    loss: losses.reduce((sum, loss, b) => sum + scaledLoss(loss, scales[b]!), 0),
    rank: K - sizes.length,
  }
}

/**
 * C_L(A) = Σ_i (σ_i(A)/margin(A))^{2/(L+1)}: as λ → 0 loss ratios of structures tend to ratios of these, with corrections
 * of order 1/ln(1/λ). DNC: K − 1. Theory note 02, D4.
 */
export function asymptoticCost(A: Matrix, L: number): number {
  const margin = Math.min(...columnMargins(A).flatMap((margins, c) => margins.filter((_, i) => i !== c)))
  return activeValues(A).reduce((sum, sigma) => sum + (sigma / margin) ** (2 / (L + 1)), 0)
}

/**
 * λ_c, the equal weight decay at which pair and DNC have the same loss; below it DNC is the better one. Theory note 02, D4:
 * 0.01176… for K = 4, L = 2, n = 1.
 * @returns null where one of them wins for all decays at which both exist
 */
export function pairCrossing({ K, n, L }: { K: number; n: number; L: number }): number | null {
  if (K % 2 !== 0) return null
  const advantage = (logDecay: number) => {
    const config = uniformConfig({ K, n, depth: L, width: K, lambda: Math.exp(logDecay) })
    const [dnc, pair] = [collapseStructure(config), pairStructure(config)]
    return dnc && pair ? dnc.loss - pair.loss : NaN
  }
  // From strong to weak decay; at the first step both structures need not exist.
  const top = Math.log(0.5 / (K * n ** (1 / (L + 1))))
  let above = top
  while (Number.isNaN(advantage(above)) && above > top - 5) above -= 0.05
  const pairWins = advantage(above) > 0
  for (let below = above - 0.25; below > top - 40; [above, below] = [below, below - 0.25]) {
    if (advantage(below) > 0 === pairWins) continue
    const root = pairWins ? bisect(advantage, below, above) : bisect(advantage, above, below)
    return Math.exp(root)
  }
  return null
}

/** Margins A_cc − A_ic of every class c over every class i, its own 0 among them. */
function columnMargins({ rows: K, data }: Matrix): number[][] {
  return Array.from({ length: K }, (_, c) => Array.from({ length: K }, (_, i) => data[c * K + c]! - data[i * K + c]!))
}

function alongScale(config: UfmConfig, A: Matrix): ScaledLoss {
  const groups = columnMargins(A).map((margins) => ({ weight: 1 / config.K, margins }))
  return { ...penalty(config, activeValues(A)), groups }
}

function penalty(config: UfmConfig, sigma: readonly number[]): Pick<ScaledLoss, 'factors' | 'decay'> {
  const factors = depthOf(config) + 1
  const power = 2 / factors
  const decay = meanDecay(config) * sigma.reduce((sum, s) => sum + (s * Math.sqrt(config.n)) ** power, 0)
  return { factors, decay }
}

function activeValues(A: Matrix): number[] {
  const sigma = singularValues(A)
  return Array.from(sigma).filter((s) => s > NEGLIGIBLE * sigma[0]!)
}
