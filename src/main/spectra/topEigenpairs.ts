import { LabError } from '#shared/errors'
import { random } from '#main/compute/rng/random'
import type { LinearOperator } from '#main/core/linearOperator'
import { lanczosProcess, type LanczosProcess } from './lanczosProcess'
import { orthogonalityDefect } from './orthogonalityDefect'
import { rayleighRitz } from './rayleighRitz'
import { ritzVector, type RitzPairs } from './ritzPairs'
import { thickRestart } from './thickRestart'

/**
 * Steps before a run may say that nothing larger is left: a random start has a component of about 1/√n along every
 * eigenvector, and a few products lift the one of a missed outlier into view.
 */
const STEPS_TO_LOOK_FOR_MORE = 4

export interface TopEigenpairsOptions {
  readonly count: number
  readonly end?: 'top' | 'bottom'
  /** A pair has converged when ‖Hv − λv‖ ≤ tolerance · ‖H‖. Default 1e-8; take about 1e-6 for float32 operators. */
  readonly tolerance?: number
  /** Most operator products, the final ones for the residuals included. Default 300 + 30 · count. */
  readonly maxProducts?: number
  /** Most basis vectors of one run, beside the locked ones: bounds the memory by 8 n · (1.5 maxBasis + 3 count) bytes.
   *  A run that fills it goes on by a thick restart. Default 200, at least 4. */
  readonly maxBasis?: number
  /** Start vectors come from (seed, run). Default 0. */
  readonly seed?: number
  readonly signal?: AbortSignal
  /** Called after every product. Return a promise to let other work, such as a cancel message, in. */
  readonly onProgress?: (progress: { products: number; converged: number; count: number }) => void | Promise<void>
}

export interface Eigenpair {
  readonly value: number
  /** Length n, unit norm. */
  readonly vector: Float64Array
  /** ‖Hv − λv‖, from a product made after everything else, in the units of H. */
  readonly residual: number
  readonly converged: boolean
}

export interface TopEigenpairsResult {
  /** From the outermost eigenvalue inwards: descending for 'top', ascending for 'bottom'. Pairs that did not converge
   *  are included as the best known approximation, as far as there is one. */
  readonly pairs: readonly Eigenpair[]
  /** max |VᵀV − I| over the returned vectors. */
  readonly orthogonalityDefect: number
  /** All operator products, those for the residuals included. */
  readonly products: number
  /** Upper bound for ‖H‖ on the spaces visited; what `tolerance` refers to. */
  readonly normEstimate: number
  /** 'done': all `count` pairs were found and a last run found nothing beyond them. */
  readonly stopped: 'done' | 'products' | 'cancelled'
}

/**
 * The outermost eigenpairs of a symmetric operator, each as often as it occurs.
 *
 * Theory note 01, section 7, "Multiplicity": one Krylov sequence sees each distinct eigenvalue once. Therefore run,
 * lock the converged leading Ritz pairs, restart with a random vector orthogonal to all locked ones, and keep every
 * basis vector orthogonal to them. What the note leaves open and we fixed:
 * - A run ends when the next pair would take more steps than a fresh run. In a spectrum of few distinct values that is
 *   at once; in a spread-out one a single run delivers many pairs.
 * - `count` locked pairs are not the end, because a copy of a larger value may still be missing: one more run has to
 *   show that its largest Ritz value plus residual does not reach the smallest of them.
 * - A final Rayleigh-Ritz step in the span of all vectors (`count` products) gives residuals that owe nothing to the
 *   recurrence, and separates what nearly equal eigenvalues had mixed.
 *
 * Not converging is a result: see `converged` and `stopped`. After a cancellation the final step is still made.
 *
 * @throws LabError 'bad-input' for a count that the operator cannot have; 'degenerate' if the operator is not finite
 */
export async function topEigenpairs(
  operator: LinearOperator,
  options: TopEigenpairsOptions,
): Promise<TopEigenpairsResult> {
  const { n } = operator
  const { count, end = 'top', tolerance = 1e-8, seed = 0, signal, onProgress } = options
  const { maxProducts = 300 + 30 * count, maxBasis = 200 } = options
  if (!Number.isInteger(count) || count < 1 || count > n) {
    throw new LabError('bad-input', `topEigenpairs: count is ${count}; give a whole number from 1 to ${n}.`, {
      count,
      n,
    })
  }
  if (!(maxBasis >= 4)) {
    throw new LabError('bad-input', `topEigenpairs: maxBasis is ${maxBasis}; give at least 4.`, { maxBasis })
  }
  const H = end === 'top' ? operator : negated(operator)
  let locked: { value: number; vector: Float64Array }[] = []
  let unconverged: Float64Array[] = []
  let products = 0
  let normEstimate = 0
  let stopped: TopEigenpairsResult['stopped'] = 'done'

  for (let run = 0; locked.length < n; run++) {
    const start = random(seed, `topEigenpairs/${run}`).normal(n)
    const deflated = locked.map((pair) => pair.vector)
    let process = lanczosProcess(H, start, { deflated, normFloor: normEstimate })
    const judge = createJudge({ wanted: count - locked.length, floor: locked[count - 1]?.value, tolerance })
    let verdict: Verdict = { end: 'no' }
    while (verdict.end === 'no') {
      if (signal?.aborted) stopped = 'cancelled'
      else if (products + count >= maxProducts) stopped = 'products'
      if (stopped !== 'done') break
      await process.step()
      products++
      const full = process.basis.length >= maxBasis
      verdict = judge(process, full)
      if (full && verdict.end === 'no' && !process.brokenDown) {
        process = thickRestart(H, process, process.ritz(), Math.floor(maxBasis / 2), deflated)
      }
      await onProgress?.({ products, converged: locked.length, count })
    }
    normEstimate = process.normEstimate
    if (verdict.end === 'nothing-more' || process.alpha.length === 0) break
    const ritz = verdict.end === 'no' ? process.ritz() : verdict.ritz
    const accepted = verdict.end === 'no' ? leadingConverged(ritz, tolerance * normEstimate) : verdict.converged
    const m = ritz.nodes.length
    const vectorAt = (k: number) => ritzVector(process.basis, ritz, m - 1 - k)
    for (let k = 0; k < accepted; k++) locked.push({ value: ritz.nodes[m - 1 - k]!, vector: vectorAt(k) })
    // Vectors beyond the best `count` are set free again: they cannot belong to the result.
    locked = locked.sort((a, b) => b.value - a.value).slice(0, count)
    if (stopped === 'done') continue
    const missing = Math.min(count - locked.length, m - accepted)
    unconverged = Array.from({ length: missing }, (_, k) => vectorAt(accepted + k))
    break
  }

  const refined = await rayleighRitz(H, [...locked.map((pair) => pair.vector), ...unconverged])
  const pairs = refined.map(({ value, vector, residual }) => ({
    value: end === 'top' ? value : -value,
    vector,
    residual,
    converged: residual <= tolerance * normEstimate,
  }))
  const defect = orthogonalityDefect(pairs.map((p) => p.vector))
  return { pairs, orthogonalityDefect: defect, products: products + pairs.length, normEstimate, stopped }
}

type Verdict = { end: 'no' } | { end: 'nothing-more' } | { end: 'restart'; ritz: RitzPairs; converged: number }

/**
 * Decides after each step whether a run goes on; see `topEigenpairs`.
 *
 * @param goal.wanted pairs still missing; 0 or less in a run that only looks for more
 * @param goal.floor the smallest locked value once `count` are locked
 */
function createJudge({ wanted, floor, tolerance }: { wanted: number; floor: number | undefined; tolerance: number }) {
  let steps = 0
  let last: Measured = { step: 0, residuals: new Float64Array(0) }
  return (process: LanczosProcess, full: boolean): Verdict => {
    steps++
    // A decomposition costs O(m³): look less often as m grows.
    const due = steps - last.step >= Math.max(1, Math.floor(process.basis.length / 8))
    if (!due && !process.brokenDown && !full) return { end: 'no' }
    const ritz = process.ritz()
    const now: Measured = { step: steps, residuals: ritz.residualEstimates.toReversed() }
    const size = ritz.nodes.length
    // Half of the allowance: rounding and the locked vectors' own residuals take the rest.
    const allowed = 0.5 * tolerance * process.normEstimate
    const converged = process.brokenDown ? size : leadingConverged(ritz, allowed)
    const restart: Verdict = { end: 'restart', ritz, converged: Math.min(converged, Math.max(wanted, 1)) }
    if (floor !== undefined) {
      const reach = ritz.nodes[size - 1]! + (converged > 0 ? 0 : now.residuals[0]!)
      const looked = steps >= STEPS_TO_LOOK_FOR_MORE || converged > 0
      if (looked && reach <= floor + allowed) return { end: 'nothing-more' }
      if (converged > 0) return restart
    } else if (converged >= wanted || process.brokenDown) {
      return restart
    } else if (converged > 0 && stepsToConverge(last, now, converged, allowed) > size) {
      return restart
    }
    last = now
    return { end: 'no' }
  }
}

interface Measured {
  readonly step: number
  /** Of all Ritz pairs, outermost first. */
  readonly residuals: Float64Array
}

/** Extrapolates the residual of Ritz pair k (0 = outermost), which falls about geometrically; ∞ while it grows. */
function stepsToConverge(last: Measured, now: Measured, k: number, allowed: number): number {
  const [before, residual] = [last.residuals[k], now.residuals[k]]
  if (before === undefined || residual === undefined || residual >= before) return Infinity
  return (Math.log(residual / allowed) / Math.log(before / residual)) * (now.step - last.step)
}

/** How many of the largest Ritz values have converged without a gap. */
function leadingConverged({ residualEstimates }: RitzPairs, allowed: number): number {
  const worst = residualEstimates.findLastIndex((r) => !(r <= allowed))
  return residualEstimates.length - 1 - worst
}

function negated(operator: LinearOperator): LinearOperator {
  return {
    n: operator.n,
    async apply(x, y) {
      await operator.apply(x, y)
      for (let i = 0; i < y.length; i++) y[i] = -y[i]!
    },
  }
}
