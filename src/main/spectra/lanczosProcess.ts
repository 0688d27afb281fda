import { LabError } from '#shared/errors'
import { dot, norm } from '#main/compute/linalg/index'
import type { LinearOperator } from '#main/core/linearOperator'
import { normaliseOutsideInPlace, orthogonaliseFullyInPlace } from './orthogonaliseInPlace'
import { ritzPairs, type RitzPairs } from './ritzPairs'
import type { StoredVector } from './storedVectors'
import { addScaledInPlace, addTwoScaledInPlace, scaleInPlace } from './vectorOps'
import { VectorStack } from './vectorStack'

/** β_j below this fraction of ‖H‖ means that the Krylov space is invariant (theory note 01, section 7). */
export const BREAKDOWN = 1e-10

export interface LanczosProcessOptions {
  /** Orthonormal vectors that every basis vector is kept orthogonal to. */
  readonly deflated?: readonly Float64Array[]
  /** Float64 memory for the basis, taken over with what it holds: for runs one after the other that need theirs no longer. */
  readonly memory?: VectorStack
}

export interface LanczosProcess {
  /** Diagonal of T, one entry per finished step. */
  readonly alpha: readonly number[]
  /** β_1 … β_m; the last one couples T to the next basis vector and is not part of T. */
  readonly beta: readonly number[]
  /** q_1 … q_m, orthonormal, each of length n. */
  readonly basis: readonly StoredVector[]
  /** Upper bound for ‖T‖ (Gershgorin), which estimates ‖H‖. */
  readonly normEstimate: number
  /** True once β_m has vanished: T then represents H exactly on the Krylov space. */
  readonly brokenDown: boolean
  /** q_{m+1}, the direction of the next step, overwritten by it; of no use after a breakdown. */
  readonly next: Float64Array
  /** Ritz pairs of the steps done, O(m³). */
  ritz(): RitzPairs
  /** One step, one operator product. Must not be called after a breakdown. */
  step(): Promise<void>
}

/**
 * The Lanczos recurrence with full two-pass reorthogonalisation, one step at a time.
 *
 *   w = H q_j − β_{j−1} q_{j−1};  α_j = q_jᵀ H q_j;  w ← w − α_j q_j;  twice w ← w − Σ_{i≤j} q_i (q_iᵀ w);
 *   β_j = ‖w‖;  q_{j+1} = w / β_j unless β_j < 10⁻¹⁰ max(‖H‖_est, max |α|).
 *
 * Theory note 01, section 7. With `deflated` vectors the recurrence runs for P H P with P = I − V Vᵀ.
 *
 * @param start length n, any scale
 * @throws LabError 'shape' if start or memory are not for length n; 'degenerate' if nothing of it is left outside `deflated`,
 *   or if the operator returns a number that is not finite
 */
export function lanczosProcess(
  operator: LinearOperator,
  start: Float64Array,
  options: LanczosProcessOptions = {},
): LanczosProcess {
  const { n } = operator
  const { deflated = [], memory: basis = new VectorStack(n, 'float64') } = options
  const alpha: number[] = []
  const beta: number[] = []
  const kept = new VectorStack(n, 'float64', deflated)
  if (basis.n !== n || basis.storage !== 'float64') {
    const given = `${basis.storage} vectors of ${basis.n} entries`
    throw new LabError('shape', `lanczos: the memory is for ${given}, the operator needs float64 and ${n}.`, { n })
  }
  basis.clear()
  const w = new Float64Array(n)
  const next = startVector(operator, start, deflated)
  let normEstimate = 0
  let brokenDown = false

  async function step(): Promise<void> {
    if (brokenDown) throw new LabError('internal', 'lanczos: a step was asked for after the breakdown.')
    const q = next
    const j = alpha.length
    basis.push([q])
    await operator.apply(q, w)
    const a = dot(q, w)
    if (!Number.isFinite(a)) throw notFinite(j)
    alpha.push(a)
    const before = j > 0 ? beta[j - 1]! : 0
    if (j > 0) addTwoScaledInPlace(w, -before, basis.vectors[j - 1]!, -a, q)
    else addScaledInPlace(w, -a, q)
    orthogonaliseFullyInPlace([w], [...kept.vectors, ...basis.vectors])
    const b = norm(w)
    if (!Number.isFinite(b)) throw notFinite(j)
    beta.push(b)
    normEstimate = Math.max(normEstimate, Math.abs(a) + before)
    // "≤" and not "<", so that the zero operator breaks down too; and n directions are all there are, whatever
    // rounding leaves in w.
    brokenDown = b <= BREAKDOWN * normEstimate || basis.size + deflated.length >= n
    if (brokenDown) return
    normEstimate = Math.max(normEstimate, Math.abs(a) + before + b)
    // The basis has its own copy of q: one array serves all steps, and gives the collector nothing to do.
    next.set(w)
    scaleInPlace(next, 1 / b)
  }

  return {
    alpha,
    beta,
    basis: basis.vectors,
    get normEstimate() {
      return normEstimate
    },
    get brokenDown() {
      return brokenDown
    },
    next,
    ritz: () => ritzPairs(alpha, beta),
    step,
  }
}

function startVector({ n }: LinearOperator, start: Float64Array, deflated: readonly Float64Array[]): Float64Array {
  if (start.length !== n) {
    throw new LabError('shape', `lanczos: the start vector has ${start.length} entries, the operator needs ${n}.`, {
      given: start.length,
      n,
    })
  }
  const length = norm(start)
  if (!Number.isFinite(length) || length === 0) {
    throw new LabError('degenerate', 'lanczos: the start vector must be finite and not zero.', { length })
  }
  const q = start.slice()
  const left = normaliseOutsideInPlace(q, deflated, BREAKDOWN)
  if (!(left > BREAKDOWN)) {
    throw new LabError('degenerate', 'lanczos: the start vector lies in the deflated space. Use another one.', { left })
  }
  return q
}

function notFinite(step: number): LabError {
  return new LabError(
    'degenerate',
    `lanczos: the operator returned a number that is not finite in product ${step + 1}. ` +
      'Look at the state it was built from: training has probably diverged.',
    { step },
  )
}
