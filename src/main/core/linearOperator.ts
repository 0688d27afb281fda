import type { Dtype } from '../compute/backends/backend'

/** A real symmetric linear map given by its action; what every spectral method works on. */
export interface LinearOperator {
  /** Dimension of the space. */
  readonly n: number
  /** The precision that products are computed in, whatever the vectors are. Absent: float64. */
  readonly dtype?: Dtype
  /**
   * Writes A x into y. x and y are never the same array and are only valid during the call.
   * Asynchronous on devices whose results have to be waited for.
   */
  apply(x: Float64Array, y: Float64Array): void | Promise<void>
  /** Absent where several vectors at once cost as much as one by one. */
  readonly block?: VectorBlock
}

/** The operator on several vectors at once. */
export interface VectorBlock {
  readonly count: number
  /** As `apply`, for `count` vectors one after the other; equal to it up to rounding. */
  apply(x: Float64Array, y: Float64Array): void | Promise<void>
}
