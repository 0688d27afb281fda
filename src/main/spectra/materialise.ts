import { matrix, type Matrix } from '#main/compute/matrix'
import type { LinearOperator, VectorBlock } from '#main/core/linearOperator'

export interface MaterialiseOptions {
  /** Called after every column. Return a promise to let other work in. */
  readonly onProgress?: (done: number, total: number) => void | Promise<void>
}

/** The n × n matrix of an operator, column j = H e_j. Costs n products and 8 n² bytes. */
export async function materialise(operator: LinearOperator, options: MaterialiseOptions = {}): Promise<Matrix> {
  const { n } = operator
  const A = matrix(n, n)
  const { block } = operator
  const together: VectorBlock = block && block.count <= n ? block : { count: 1, apply: (x, y) => operator.apply(x, y) }
  const units = new Float64Array(together.count * n)
  const columns = new Float64Array(together.count * n)
  for (let done = 0; done < n;) {
    // The last block goes back to be whole; columns that were there already get the same values again.
    const first = Math.min(done, n - together.count)
    for (let r = 0; r < together.count; r++) units[r * n + first + r] = 1
    await together.apply(units, columns)
    for (let r = 0; r < together.count; r++) units[r * n + first + r] = 0
    for (let i = 0; i < n; i++) {
      for (let r = 0; r < together.count; r++) A.data[i * n + first + r] = columns[r * n + i]!
    }
    for (; done < first + together.count; done++) await options.onProgress?.(done + 1, n)
  }
  return A
}
