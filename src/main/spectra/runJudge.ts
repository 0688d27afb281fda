import type { BlockLanczos, BlockRitz } from './blockLanczos'

export type End = 'top' | 'bottom'

/**
 * Steps before a run may say that nothing more extreme is left: a random start has a component of about 1/√n along every
 * eigenvector, and a few products lift the one of a missed outlier into view. A block has more such components.
 */
const STEPS_TO_LOOK_FOR_MORE = { single: 4, block: 3 } as const

/** What a run is to find at one end. */
export interface Goal {
  readonly end: End
  /** Pairs still missing; 0 in a run that only looks for more. */
  readonly missing: number
  /** The innermost locked value of this end, once none is missing. */
  readonly floor: number | null
}

/** The run is over: how many leading pairs of each end to lock, or that a look for more found nothing. */
export interface Verdict {
  readonly nothingMore: boolean
  readonly accept: Readonly<Record<End, number>>
}

export interface JudgeState {
  /** Steps of the run when it was last looked at. */
  readonly step: number
  /** Residuals at that time, from the outside inwards. */
  readonly residuals: Readonly<Record<End, Float64Array>>
}

interface EndVerdict {
  readonly settled: boolean
  readonly nothingMore: boolean
  readonly accept: number
}

/** 1 where larger is further out, −1 where smaller is. */
export function signOf(end: End): 1 | -1 {
  return end === 'top' ? 1 : -1
}

/** Index into descending values of the pair that is number k from the outside. */
export function indexFrom(end: End, k: number, size: number): number {
  return end === 'top' ? k : size - 1 - k
}

/** Decides after each block step whether a run goes on; see `extremeEigenpairs`. */
export class RunJudge {
  #last: JudgeState

  constructor(
    private readonly goals: readonly Goal[],
    private readonly tolerance: number,
    state: JudgeState | null,
  ) {
    this.#last = state ?? { step: 0, residuals: { top: new Float64Array(0), bottom: new Float64Array(0) } }
  }

  state(): JudgeState {
    return this.#last
  }

  /** @param full the next step does not fit the basis, so this is the last look before a restart. Null: go on. */
  verdict(run: BlockLanczos, full: boolean): Verdict | null {
    if (run.size === 0) return run.invariant ? { nothingMore: true, accept: { top: 0, bottom: 0 } } : null
    // A decomposition costs O(m³), products made in vain more: look less often as m grows, but in time.
    const pause = Math.max(1, Math.floor(run.size / (24 * Math.max(1, run.blockSize))))
    if (run.steps - this.#last.step < pause && !run.invariant && !full) return null
    const ritz = run.ritz()
    const residuals = { top: ritz.residuals, bottom: ritz.residuals.toReversed() }
    const now: JudgeState = { step: run.steps, residuals }
    // Half of the allowance: rounding and the locked vectors' own residuals take the rest.
    const allowed = 0.5 * this.tolerance * run.normEstimate
    const ends = this.goals.map((goal) => ({ goal, ...this.#judge(goal, run, ritz, now, allowed) }))
    this.#last = now
    if (!ends.every(({ settled }) => settled)) return null
    const accepted = (end: End) => ends.find(({ goal }) => goal.end === end)?.accept ?? 0
    return {
      nothingMore: ends.every(({ nothingMore }) => nothingMore),
      accept: disjoint(accepted('top'), accepted('bottom'), run.size),
    }
  }

  #judge(
    { end, missing, floor }: Goal,
    run: BlockLanczos,
    ritz: BlockRitz,
    now: JudgeState,
    allowed: number,
  ): EndVerdict {
    const residuals = now.residuals[end]
    const size = residuals.length
    const converged = run.invariant ? size : leadingConverged(residuals, allowed)
    if (floor === null) {
      if (converged >= missing || run.invariant) {
        return { settled: true, nothingMore: false, accept: Math.min(converged, missing) }
      }
      const stepsOfAFreshRun = size / Math.max(1, run.blockSize)
      const stalled = converged > 0 && stepsToConverge(this.#last, now, end, converged, allowed) > stepsOfAFreshRun
      return { settled: stalled, nothingMore: false, accept: converged }
    }
    const outward = (k: number) => signOf(end) * (ritz.values[indexFrom(end, k, size)]! - floor)
    const looked = run.steps >= STEPS_TO_LOOK_FOR_MORE[run.blockSize > 1 ? 'block' : 'single'] || converged > 0
    const reach = outward(0) + (converged > 0 ? 0 : residuals[0]!)
    if (looked && reach <= allowed) return { settled: true, nothingMore: true, accept: 0 }
    let beyond = 0
    while (beyond < converged && outward(beyond) > allowed) beyond++
    return { settled: beyond > 0, nothingMore: false, accept: beyond }
  }
}

/** Leading pairs converged without a gap. */
export function leadingConverged(residuals: Float64Array, allowed: number): number {
  const first = residuals.findIndex((residual) => !(residual <= allowed))
  return first < 0 ? residuals.length : first
}

/** Extrapolates the residual of pair k (0 = outermost), which falls about geometrically; ∞ while it grows. */
function stepsToConverge(last: JudgeState, now: JudgeState, end: End, k: number, allowed: number): number {
  const [before, residual] = [last.residuals[end][k], now.residuals[end][k]]
  if (before === undefined || residual === undefined || residual >= before) return Infinity
  return (Math.log(residual / allowed) / Math.log(before / residual)) * (now.step - last.step)
}

/** An invariant space smaller than both ends want together is shared, so that no pair is taken twice. */
function disjoint(top: number, bottom: number, size: number): Record<End, number> {
  if (top + bottom <= size) return { top, bottom }
  const less = Math.min(bottom, Math.floor(size / 2))
  return { top: Math.min(top, size - less), bottom: size - Math.min(top, size - less) }
}
