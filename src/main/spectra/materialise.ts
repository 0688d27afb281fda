import { matrix, type Matrix } from '#main/compute/matrix'
import type { LinearOperator } from '#main/core/linearOperator'

export interface MaterialiseOptions {
  /** Called after every column. Return a promise to let other work in. */
  readonly onProgress?: (done: number, total: number) => void | Promise<void>
}

/** The n × n matrix of an operator, column j = H e_j. Costs n products and 8 n² bytes. */
export async function materialise(operator: LinearOperator, options: MaterialiseOptions = {}): Promise<Matrix> {
  const { n } = operator
  const A = matrix(n, n)
  const unit = new Float64Array(n)
  const column = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    unit[j] = 1
    await operator.apply(unit, column)
    unit[j] = 0
    for (let i = 0; i < n; i++) A.data[i * n + j] = column[i]!
    await options.onProgress?.(j + 1, n)
  }
  return A
}
