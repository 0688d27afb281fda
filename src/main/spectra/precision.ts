import type { LinearOperator } from '#main/core/linearOperator'

/** What rounding of an operator's products allows to ask for, as shares of ‖H‖. */
export interface Precision {
  /** A direction that keeps less than this is rounding: the Krylov space is invariant (theory note 01, section 7). */
  readonly breakdown: number
  /** A pair with a residual up to this has converged, unless told otherwise. */
  readonly tolerance: number
}

/**
 * A float32 product of P = 10⁴ to 10⁶ entries is wrong by 1 to 3 ε, 3e-7: residuals do not fall below that, and what is
 * left of an invariant space is that and not zero.
 */
const PRECISIONS = {
  float64: { breakdown: 1e-10, tolerance: 1e-8 },
  float32: { breakdown: 1e-6, tolerance: 1e-6 },
} as const satisfies Record<string, Precision>

export function precisionOf({ dtype = 'float64' }: Pick<LinearOperator, 'dtype'>): Precision {
  return PRECISIONS[dtype]
}
