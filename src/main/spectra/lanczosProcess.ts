import { LabError } from '#shared/errors'
import { dot, gaussQuadrature, norm } from '#main/compute/linalg/index'
import type { LinearOperator } from '#main/core/linearOperator'
import { normaliseOutsideInPlace, orthogonaliseFullyInPlace, orthogonaliseInPlace } from './orthogonaliseInPlace'
import { OrthogonalityEstimate } from './orthogonalityEstimate'
import type { QuadratureRule } from '#shared/gaussianMixture'
import { precisionOf } from './precision'
import { ritzPairs, type RitzPairs } from './ritzPairs'
import type { StoredVector } from './storedVectors'
import { addScaledAndDot, scaleInto } from './vectorOps'
import { VectorStack } from './vectorStack'

/**
 * Inner products of the basis stay below this, √ε, where 'semi' is asked for. T is then the projection of H to rounding,
 * as with a basis orthogonal to rounding (Simon 1984, theorem 5).
 */
export const SEMI_ORTHOGONAL = Math.sqrt(Number.EPSILON)
/** The estimate is not a bound: over 6000 random spectra products have been met four times as large. */
const PASS_IS_DUE = SEMI_ORTHOGONAL / 16

export interface LanczosProcessOptions {
  /** Orthonormal vectors that every basis vector is kept orthogonal to. */
  readonly deflated?: readonly Float64Array[]
  /** Float64 memory for the basis, taken over with what it holds: for runs one after the other that need theirs no longer. */
  readonly memory?: VectorStack
  /**
   * full: the basis is orthogonal to rounding, O(m² n). semi: inner products up to 1.5e-8, kept there by a pass over the
   * basis only where an estimate of them says so, about every tenth step; for operators that round as float64 does, of
   * which the eigenvalues or the quadrature are wanted. Default 'full'.
   */
  readonly orthogonality?: 'full' | 'semi'
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
  /** Nodes θ_i, ascending, and weights of the Gauss quadrature of the start vector, O(m²). */
  quadrature(): QuadratureRule
  /** One step, one operator product. Must not be called after a breakdown. */
  step(): Promise<void>
}

/**
 * The Lanczos recurrence with reorthogonalisation, one step at a time.
 *
 *   w = H q_j − β_{j−1} q_{j−1};  α_j = q_jᵀ w;  w ← w − α_j q_j;  up to three times w ← w − Σ_{i≤j} q_i (q_iᵀ w);
 *   β_j = ‖w‖;  q_{j+1} = w / β_j unless β_j < 10⁻¹⁰ ‖H‖_est (float32: 10⁻⁶).
 *
 * Theory note 01, section 7; this order of the operations is the stable one (Paige 1972). With 'semi' the sums are taken
 * only where `OrthogonalityEstimate` asks for them, and in the step after. With `deflated` vectors the recurrence runs for P H P with P = I − V Vᵀ.
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
  const { deflated = [], memory: basis = new VectorStack(n, 'float64'), orthogonality = 'full' } = options
  const alpha: number[] = []
  const beta: number[] = []
  const kept = new VectorStack(n, 'float64', deflated)
  if (basis.n !== n || basis.storage !== 'float64') {
    const given = `${basis.storage} vectors of ${basis.n} entries`
    throw new LabError('shape', `lanczos: the memory is for ${given}, the operator needs float64 and ${n}.`, { n })
  }
  basis.clear()
  const w = new Float64Array(n)
  const { breakdown } = precisionOf(operator)
  const next = startVector(operator, start, deflated)
  let normEstimate = 0
  let brokenDown = false

  const estimate = orthogonality === 'semi' ? new OrthogonalityEstimate() : null
  let followsFullPass = false

  /** What w keeps outside the basis. @param length ‖w‖ */
  function orthogonalised(length: number): number {
    if (estimate) {
      beta.push(length)
      const lost = estimate.advance(alpha, beta, Math.max(normEstimate, length))
      beta.pop()
      const isDue = lost > PASS_IS_DUE
      // In two steps one after the other, because the recurrence brings back what the step before still has.
      if (!isDue && !followsFullPass) {
        if (kept.size === 0) return length
        orthogonaliseInPlace([w], kept.vectors)
        return norm(w)
      }
      followsFullPass = isDue && !followsFullPass
      estimate.restore()
    }
    orthogonaliseFullyInPlace([w], [...kept.vectors, ...basis.vectors])
    return norm(w)
  }

  async function step(): Promise<void> {
    if (brokenDown) throw new LabError('internal', 'lanczos: a step was asked for after the breakdown.')
    const q = next
    const j = alpha.length
    basis.push([q])
    await operator.apply(q, w)
    const before = j > 0 ? beta[j - 1]! : 0
    const a = j > 0 ? addScaledAndDot(w, -before, basis.vectors[j - 1]!, q) : dot(w, q)
    if (!Number.isFinite(a)) throw notFinite(j)
    alpha.push(a)
    normEstimate = Math.max(normEstimate, Math.abs(a) + before)
    const square = addScaledAndDot(w, -a, q, w)
    const b = orthogonalised(square > 1e-280 && square < 1e280 ? Math.sqrt(square) : norm(w))
    if (!Number.isFinite(b)) throw notFinite(j)
    beta.push(b)
    // "≤" and not "<", so that the zero operator breaks down too; and n directions are all there are, whatever
    // rounding leaves in w.
    brokenDown = b <= breakdown * normEstimate || basis.size + deflated.length >= n
    if (brokenDown) return
    normEstimate = Math.max(normEstimate, Math.abs(a) + before + b)
    // The basis has its own copy of q: one array serves all steps, and gives the collector nothing to do.
    scaleInto(next, w, 1 / b)
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
    quadrature: () => gaussQuadrature(Float64Array.from(alpha), Float64Array.from(beta.slice(0, -1))),
    step,
  }
}

function startVector(operator: LinearOperator, start: Float64Array, deflated: readonly Float64Array[]): Float64Array {
  const { n } = operator
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
  const { breakdown } = precisionOf(operator)
  const left = normaliseOutsideInPlace(q, deflated, breakdown)
  if (!(left > breakdown)) {
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
