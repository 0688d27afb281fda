import { LabError } from '#shared/errors'
import type { LinearOperator } from '#main/core/linearOperator'
import { Turns } from '#main/core/turns'
import { lanczosProcess, type LanczosProcess, type LanczosProcessOptions } from './lanczosProcess'
import type { QuadratureRule } from '#shared/gaussianMixture'
import type { RitzPairs } from './ritzPairs'
import type { StoredVector } from './storedVectors'
import type { VectorStack } from './vectorStack'

export interface LanczosOptions {
  /** m, the number of operator products; fewer are done after a breakdown. */
  readonly steps: number
  /** Length n, any scale; normalised here. */
  readonly start: Float64Array
  /** Orthonormal vectors that the whole run stays orthogonal to. */
  readonly deflated?: readonly Float64Array[]
  /** Where the basis is kept, see `LanczosProcessOptions`; the result's basis is valid until this is used again. */
  readonly memory?: VectorStack
  /** See `LanczosProcessOptions`. Default 'full'. */
  readonly orthogonality?: LanczosProcessOptions['orthogonality']
  readonly signal?: AbortSignal
  /** Called after every step. Return a promise to let other work, such as a cancel message, in. */
  readonly onProgress?: (done: number, total: number) => void | Promise<void>
}

export interface LanczosResult extends RitzPairs {
  /** α_1 … α_m, in the units of H. */
  readonly alpha: Float64Array
  /** β_1 … β_{m−1}: the off-diagonal of T. */
  readonly beta: Float64Array
  /** β_m, the norm of what H adds outside the Krylov space. */
  readonly lastBeta: number
  /** q_1 … q_m, orthonormal, each of length n. */
  readonly basis: readonly StoredVector[]
  /** τ_i = S_1i², summing to 1: the quadrature weights of the start vector. */
  readonly weights: Float64Array
  /** m, the steps done. */
  readonly steps: number
  /** 'breakdown': the Krylov space is invariant, nodes are eigenvalues and the quadrature is exact. */
  readonly stopped: 'steps' | 'breakdown' | 'cancelled'
}

/**
 * Lanczos with reorthogonalisation: T = tridiag(α, β) = S Θ Sᵀ represents H on span{v, Hv, …}.
 *
 * Theory note 01, section 7. A run finds each distinct eigenvalue once, however often it occurs: for counts use
 * `topEigenpairs`. Cost: m products and O(m² n).
 *
 * @throws LabError 'bad-input', 'shape' or 'degenerate' (see `lanczosProcess`)
 */
export async function lanczos(operator: LinearOperator, options: LanczosOptions): Promise<LanczosResult> {
  const process = processOf(operator, options)
  const stopped = await followed(process, options)
  const m = process.alpha.length
  const ritz = process.ritz()
  const lastBeta = m === 0 ? Number.NaN : process.beta[m - 1]!
  return {
    alpha: Float64Array.from(process.alpha),
    beta: Float64Array.from(process.beta.slice(0, Math.max(0, m - 1))),
    lastBeta,
    basis: process.basis,
    ...ritz,
    weights: ritz.coefficients.data.slice(0, m).map((s) => s ** 2),
    steps: m,
    stopped,
  }
}

/** The quadrature rule of a start vector alone, without the vectors that `lanczos` gives. */
export async function lanczosQuadrature(
  operator: LinearOperator,
  options: LanczosOptions,
): Promise<QuadratureRule & Pick<LanczosResult, 'alpha' | 'steps' | 'stopped'>> {
  const process = processOf(operator, options)
  const stopped = await followed(process, options)
  const alpha = Float64Array.from(process.alpha)
  return { ...process.quadrature(), alpha, steps: alpha.length, stopped }
}

function processOf(operator: LinearOperator, options: LanczosOptions): LanczosProcess {
  const { start, deflated = [], memory, orthogonality = 'full' } = options
  return lanczosProcess(operator, start, { deflated, orthogonality, ...(memory && { memory }) })
}

async function followed(
  process: LanczosProcess,
  { steps, signal, onProgress }: LanczosOptions,
): Promise<LanczosResult['stopped']> {
  if (!Number.isInteger(steps) || steps < 1) {
    throw new LabError('bad-input', `lanczos: steps is ${steps}; give a whole number of at least 1.`, { steps })
  }
  const turns = new Turns()
  while (process.alpha.length < steps && !process.brokenDown && !signal?.aborted) {
    await process.step()
    await onProgress?.(process.alpha.length, steps)
    // While products are synchronous this is the only way in for the message that cancels.
    if (turns.isOver) await turns.next()
  }
  return process.brokenDown ? 'breakdown' : process.alpha.length === steps ? 'steps' : 'cancelled'
}
