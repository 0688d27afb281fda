/** A real symmetric linear map given by its action; what every spectral method works on. */
export interface LinearOperator {
  /** Dimension of the space. */
  readonly n: number
  /**
   * Writes A x into y. x and y are never the same array and are only valid during the call.
   * Asynchronous on devices whose results have to be waited for.
   */
  apply(x: Float64Array, y: Float64Array): void | Promise<void>
}
