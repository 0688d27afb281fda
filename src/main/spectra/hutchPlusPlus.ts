import { setImmediate } from 'node:timers/promises'
import { LabError } from '#shared/errors'
import { dot, norm } from '#main/compute/linalg/index'
import { random } from '#main/compute/rng/random'
import type { LinearOperator } from '#main/core/linearOperator'
import { precisionOf } from './precision'
import { normaliseOutsideInPlace, orthogonaliseFullyInPlace } from './orthogonaliseInPlace'
import { meanOf, type Estimate } from '#shared/estimate'

export interface TraceOptions {
  /** Operator products, at least 3; a third each for the sketch, its own trace and the rest. Default 60. */
  readonly products?: number
  /** Default 0. */
  readonly seed?: number
  readonly signal?: AbortSignal
}

export interface TraceResult extends Estimate {
  readonly products: number
  /** Dimension of the space whose trace is exact. */
  readonly rank: number
  readonly stopped: 'done' | 'cancelled'
}

/**
 * tr H by Hutch++: exact in the range of a sketch, Hutchinson's estimate in the rest.
 *
 *   Q = orth(H S);  tr H ≈ tr(Qᵀ H Q) + 1/m Σ_r g_rᵀ (I − QQᵀ) H (I − QQᵀ) g_r,
 *
 * S normal, g with entries ±1. Meyer, Musco, Musco & Woodruff 2021, arXiv:2010.09649, algorithm 1: an error of ε tr H takes
 * O(1/ε) products for positive semidefinite H, where Hutchinson alone takes O(1/ε²). Outliers are what the sketch sees,
 * so that a Hessian is its best case. After a cancellation the value is that of the draws finished, NaN without any.
 *
 * @throws LabError 'bad-input' for fewer than 3 products; 'degenerate' if the operator is not finite
 */
export async function hutchPlusPlus(operator: LinearOperator, options: TraceOptions = {}): Promise<TraceResult> {
  const { n } = operator
  const { products: budget = 60, seed = 0, signal } = options
  if (!Number.isInteger(budget) || budget < 3) {
    throw new LabError('bad-input', `hutchPlusPlus: products is ${budget}; give a whole number of at least 3.`, {
      budget,
    })
  }
  const third = Math.min(Math.floor(budget / 3), n)
  let products = 0
  const times = async (x: Float64Array): Promise<Float64Array | null> => {
    await setImmediate()
    if (signal?.aborted) return null
    const image = new Float64Array(n)
    await operator.apply(x, image)
    products++
    if (!Number.isFinite(norm(image))) {
      throw new LabError('degenerate', 'hutchPlusPlus: the operator returned a number that is not finite.', { n })
    }
    return image
  }
  const basis: Float64Array[] = []
  let largest = 0
  for (let k = 0; k < third; k++) {
    const q = await times(random(seed, `hutchPlusPlus/sketch/${k}`).normal(n))
    if (!q) break
    largest = Math.max(largest, norm(q))
    const least = (precisionOf(operator).breakdown * largest) / norm(q)
    if (!(normaliseOutsideInPlace(q, basis, least) > least)) continue
    basis.push(q)
  }
  let exact = 0
  for (const q of basis) exact += dot(q, (await times(q)) ?? new Float64Array(n).fill(Number.NaN))
  const draws: number[] = []
  // Nothing is left of a space that the sketch spans.
  for (let r = 0; products < budget && basis.length < n && !signal?.aborted; r++) {
    const g = random(seed, `hutchPlusPlus/probe/${r}`).signs(n)
    orthogonaliseFullyInPlace([g], basis)
    const image = await times(g)
    if (image) draws.push(dot(g, image))
  }
  const stopped = signal?.aborted ? 'cancelled' : 'done'
  if (basis.length === n) return { value: exact, standardError: 0, products, rank: n, stopped }
  const { value, standardError } = meanOf(draws)
  return { value: exact + value, standardError, products, rank: basis.length, stopped }
}
