import type { LinearOperator } from '#main/core/linearOperator'
import { extremeEigenpairs, type Eigenpair, type ExtremeEigenpairsOptions, type ExtremeEigenpairsResult } from './extremeEigenpairs' // prettier-ignore
import { asFloat64 } from './storedVectors'

export interface TopEigenpairsOptions extends Omit<ExtremeEigenpairsOptions, 'top' | 'bottom' | 'method'> {
  readonly count: number
  readonly end?: 'top' | 'bottom'
}

export interface TopEigenpairsResult extends Omit<ExtremeEigenpairsResult, 'top' | 'bottom'> {
  /** From the outermost eigenvalue inwards: descending for 'top', ascending for 'bottom'. */
  readonly pairs: readonly (Eigenpair & { readonly vector: Float64Array })[]
}

/** `extremeEigenpairs` by Lanczos at one end only, with eigenvectors in float64. */
export async function topEigenpairs(
  operator: LinearOperator,
  { count, end = 'top', ...options }: TopEigenpairsOptions,
): Promise<TopEigenpairsResult> {
  const { top, bottom, ...rest } = await extremeEigenpairs(operator, { ...options, [end]: count, method: 'lanczos' })
  const pairs = (end === 'top' ? top : bottom).map((pair) => ({ ...pair, vector: asFloat64(pair.vector) }))
  return { ...rest, pairs }
}
