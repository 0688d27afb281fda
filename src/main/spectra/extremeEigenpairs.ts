import { LabError } from '#shared/errors'
import type { LinearOperator } from '#main/core/linearOperator'
import type { BlockLanczosState } from './blockLanczos'
import { countCopies, type CountedLevel, type PredictedLevel } from './copies'
import { denseExtremes } from './denseExtremes'
import { orthogonalityDefect } from './orthogonalityDefect'
import { EigenpairSearch } from './eigenpairSearch'
import { precisionOf } from './precision'
import type { End, JudgeState } from './runJudge'
import type { Storage, StoredVector } from './storedVectors'

export interface ExtremeEigenpairsOptions {
  /** How many of the largest and of the smallest eigenvalues, each as often as it occurs. Default 0. */
  readonly top?: number
  readonly bottom?: number
  /** 'auto': the dense solver up to n = 600 (theory note 01, section 7), else block Lanczos. Default 'auto'. */
  readonly method?: 'auto' | 'dense' | 'lanczos'
  /** b: at least the expected multiplicity finds all copies in one run. Default: the most copies of a predicted level
   *  (as far as the basis allows), 1 without a prediction. */
  readonly blockSize?: number
  /** What theory expects; sets the block size and stands beside the copies found. It does not steer what is found. */
  readonly predicted?: readonly PredictedLevel[]
  /** A pair has converged when ‖Hv − λv‖ ≤ tolerance · ‖H‖. Default 1e-8, for a float32 operator 1e-6. */
  readonly tolerance?: number
  /** Most operator products, final ones for the residuals included. Default 300 + 30 · (top + bottom). */
  readonly maxProducts?: number
  /**
   * Most basis vectors of one run, beside the locked ones. A run that fills it goes on by a thick restart. Memory:
   * (maxBasis + 2 (top + bottom)) · n entries of the storage, while the last run looks for more up to maxBasis · n on
   * top, and 3 b + 3 vectors in float64. Default 200, at least 4,
   * and 6 blocks.
   */
  readonly maxBasis?: number
  /**
   * Keep H q beside every basis vector q: residuals are then combined from these products, H y = Σ_j s_j H q_j, and need
   * none of their own, for twice the memory. Default: in float64, where both fit 256 MB.
   */
  readonly keepImages?: boolean
  /** float32 halves the memory of the basis; then take a tolerance of 1e-6 or more. Default float64. */
  readonly storage?: Storage
  /** Start vectors come from (seed, run). Default 0. */
  readonly seed?: number
  readonly signal?: AbortSignal
  /** Called before every product, with the products of finished blocks; a promise is waited for. */
  readonly onProgress?: (progress: { products: number; converged: number; count: number }) => void | Promise<void>
  /** Called after every block of products; the state, made when asked for, is good to resume from until the next. */
  readonly onStep?: (state: () => EigenpairsState) => void
  /** Where an earlier call with the same operator and options was stopped. */
  readonly resume?: EigenpairsState
}

export interface Eigenpair {
  readonly value: number
  /** Length n, unit norm. */
  readonly vector: StoredVector
  /** ‖Hv − λv‖ in the units of H: where `recomputed` from actual products, with v itself or with the basis vectors that
   *  it is combined from (`keepImages`), else the estimate ‖R s‖ of the recurrence. */
  readonly residual: number
  /** False only after a cancellation without kept images, which makes no further products. */
  readonly recomputed: boolean
  readonly converged: boolean
}

export interface ExtremeEigenpairsResult {
  /** Descending. Pairs that did not converge are included as the best known approximation, as far as there is one. */
  readonly top: readonly Eigenpair[]
  /** Ascending. */
  readonly bottom: readonly Eigenpair[]
  /** [value × copies] from the outside inwards, beside the predicted copies. Empty unless 'done': before that copies of
   *  any value may still be missing. */
  readonly copies: { readonly top: readonly CountedLevel[]; readonly bottom: readonly CountedLevel[] }
  /** max |VᵀV − I| over the returned vectors. */
  readonly orthogonalityDefect: number
  /** All operator products, those for the residuals included. */
  readonly products: number
  /** Largest |Ritz value| seen, a lower bound for ‖H‖; what `tolerance` refers to. */
  readonly normEstimate: number
  /** 'done': all pairs were found and a last run found nothing beyond them. */
  readonly stopped: 'done' | 'products' | 'cancelled'
  /** For `resume`; null when done. */
  readonly state: EigenpairsState | null
}

/** A computation that was stopped, as plain arrays and numbers. */
export interface EigenpairsState {
  readonly locked: Readonly<Record<End, readonly LockedPair[]>>
  /** Vectors beside the locked ones that the interrupted run stays orthogonal to. */
  readonly aside: readonly StoredVector[]
  readonly run: number
  readonly process: BlockLanczosState
  readonly judge: JudgeState
  readonly normFloor: number
  readonly products: number
}

export interface LockedPair {
  readonly value: number
  readonly vector: StoredVector
  /** H v where images are kept. */
  readonly image: StoredVector | null
  readonly residual: number
}

/** Largest dimension that 'auto' solves whole. Theory note 01, section 7: "interactively". */
const DENSE_LIMIT = 600
/** Vectors of one run beside the locked ones, unless told otherwise. */
const MAX_BASIS = 200
/** Bytes of basis and images together up to which images are kept unasked. */
const IMAGE_BYTES = 2 ** 28
/** Block steps that fit a basis at least: with fewer a thick restart filters too little. */
const STEPS_IN_BASIS = 6

/**
 * The outermost eigenpairs of a symmetric operator at one end or both, each as often as it occurs.
 *
 * Theory note 01, section 7, "Multiplicity": a Krylov sequence of b start vectors sees b copies of an eigenvalue at most.
 * Therefore run block Lanczos, lock the converged leading Ritz pairs, restart with a random block orthogonal to all
 * locked vectors, and keep every basis vector orthogonal to them, until a fresh run finds nothing new:
 * - A run ends when the next pair would take more steps than a fresh run. In a spectrum of few distinct values that is
 *   at once; in a spread-out one a single run delivers many pairs. Both ends share each run.
 * - The wanted number of locked pairs is not the end, because a copy of a more extreme value may still be missing: one
 *   more run has to show that its outermost Ritz value plus residual does not reach the last of them, at each end. It
 *   stays orthogonal to the whole Krylov space of the run before: a missed copy lies outside of that, while the next
 *   smaller eigenvalues, which take many steps to tell from the last wanted one, lie mostly inside. Should it meet
 *   something, a run beside the locked vectors only finds what that is.
 * - A final Rayleigh-Ritz step in the span of all vectors (one product each, or none with `keepImages`) gives residuals
 *   that owe nothing to the recurrence, and separates what nearly equal eigenvalues had mixed.
 *
 * Not converging is a result: see `converged` and `stopped`. A cancellation is noticed before each product and makes
 * none after it.
 *
 * @throws LabError 'bad-input' for counts that the operator cannot have; 'degenerate' if the operator is not finite
 */
export async function extremeEigenpairs(
  operator: LinearOperator,
  options: ExtremeEigenpairsOptions,
): Promise<ExtremeEigenpairsResult> {
  const settings = checkedSettings(operator, options)
  const { method = 'auto' } = options
  if (method === 'dense' || (method === 'auto' && operator.n <= DENSE_LIMIT)) {
    return summary(operator, settings, await denseExtremes(operator, settings, options))
  }
  return summary(operator, settings, await new EigenpairSearch(operator, settings, options).solve())
}

/** Options with their defaults filled in. */
export interface Settings {
  readonly wanted: Readonly<Record<End, number>>
  /** Pairs at both ends together. */
  readonly count: number
  readonly blockSize: number
  readonly tolerance: number
  readonly maxProducts: number
  readonly maxBasis: number
  readonly keepImages: boolean
  readonly storage: Storage
  readonly seed: number
  readonly predicted: readonly PredictedLevel[] | null
}

/** What a solver hands to the summary. */
export interface Solved {
  readonly top: readonly SolvedPair[]
  readonly bottom: readonly SolvedPair[]
  readonly products: number
  readonly normEstimate: number
  readonly stopped: ExtremeEigenpairsResult['stopped']
  readonly state: EigenpairsState | null
}
export type SolvedPair = Omit<Eigenpair, 'converged'>

function summary(
  { n }: LinearOperator,
  { tolerance, predicted }: Settings,
  { products, normEstimate, stopped, state, ...solved }: Solved,
): ExtremeEigenpairsResult {
  const withVerdict = (pair: SolvedPair) => ({ ...pair, converged: pair.residual <= tolerance * normEstimate })
  const [top, bottom] = [solved.top.map(withVerdict), solved.bottom.map(withVerdict)]
  const counted = (pairs: readonly Eigenpair[], end: End) => {
    if (stopped !== 'done') return []
    const values = pairs.filter(({ converged }) => converged).map(({ value }) => value)
    const width = Math.max(1e-6, 10 * tolerance) * normEstimate
    return countCopies(values, predicted, { end, width, complete: values.length === n })
  }
  return {
    top,
    bottom,
    copies: { top: counted(top, 'top'), bottom: counted(bottom, 'bottom') },
    orthogonalityDefect: orthogonalityDefect([...top, ...bottom].map(({ vector }) => vector)),
    products,
    normEstimate,
    stopped,
    state,
  }
}

function checkedSettings(operator: LinearOperator, options: ExtremeEigenpairsOptions): Settings {
  const { n } = operator
  const {
    top = 0,
    bottom = 0,
    tolerance = precisionOf(operator).tolerance,
    seed = 0,
    storage = 'float64',
    predicted = null,
  } = options
  const count = top + bottom
  if (![top, bottom].every((k) => Number.isInteger(k) && k >= 0) || count < 1 || count > n) {
    throw new LabError(
      'bad-input',
      `extremeEigenpairs: count is ${count} (top ${top}, bottom ${bottom}); give whole numbers that add up to 1 to ${n}.`,
      { top, bottom, n },
    )
  }
  const { maxProducts = 300 + 30 * count, maxBasis = MAX_BASIS } = options
  const most = predicted ? predicted.reduce((copies, level) => Math.max(copies, level.copies), 1) : 1
  const { blockSize = Math.max(1, Math.min(most, count, Math.floor(maxBasis / STEPS_IN_BASIS))) } = options
  if (!Number.isInteger(blockSize) || blockSize < 1) {
    throw new LabError(
      'bad-input',
      `extremeEigenpairs: blockSize is ${blockSize}; give a whole number of at least 1.`,
      {
        blockSize,
      },
    )
  }
  const least = Math.max(4, blockSize === 1 ? 0 : STEPS_IN_BASIS * blockSize)
  if (!(maxBasis >= least)) {
    throw new LabError(
      'bad-input',
      `extremeEigenpairs: maxBasis is ${maxBasis}; give at least ${least} for blocks of ${blockSize}.`,
      { maxBasis, blockSize },
    )
  }
  const small = storage === 'float64' && 2 * 8 * n * (Math.min(maxBasis, n) + count) <= IMAGE_BYTES
  const { keepImages = small } = options
  const limits = { tolerance, maxProducts, maxBasis, keepImages }
  return { wanted: { top, bottom }, count, blockSize, ...limits, storage, seed, predicted }
}
