import { setImmediate } from 'node:timers/promises'
import { norm } from '#main/compute/linalg/index'
import type { LinearOperator } from '#main/core/linearOperator'
import { columns } from './columns'
import { denseSpectrum } from './denseSpectrum'
import type { ExtremeEigenpairsOptions, Settings, Solved, SolvedPair } from './extremeEigenpairs'

/** The same by the dense matrix: exact multiplicities, n products and one more for each residual. */
export async function denseExtremes(
  operator: LinearOperator,
  { wanted, count }: Settings,
  { signal, onProgress }: ExtremeEigenpairsOptions,
): Promise<Solved> {
  const { n } = operator
  let products = 0
  const countProduct = async () => {
    products++
    await setImmediate()
    await onProgress?.({ products, converged: 0, count })
    signal?.throwIfAborted()
  }
  try {
    signal?.throwIfAborted()
    const { values, vectors } = await denseSpectrum(operator, { vectors: true, onProgress: countProduct })
    const all = vectors ? columns(vectors) : []
    const pairAt = async (i: number): Promise<SolvedPair> => {
      const [value, vector] = [values[i]!, all[i]!]
      const image = new Float64Array(n)
      await operator.apply(vector, image)
      await countProduct()
      return { value, vector, residual: norm(image.map((a, j) => a - value * vector[j]!)), recomputed: true }
    }
    const [top, bottom]: [SolvedPair[], SolvedPair[]] = [[], []]
    for (let k = 0; k < wanted.top; k++) top.push(await pairAt(k))
    for (let k = 0; k < wanted.bottom; k++) bottom.push(await pairAt(n - 1 - k))
    const normEstimate = Math.max(Math.abs(values[0]!), Math.abs(values.at(-1)!))
    return { top, bottom, products, normEstimate, stopped: 'done', state: null }
  } catch (thrown) {
    if (!signal?.aborted) throw thrown
    // Half of a matrix has no eigenvalues to show.
    return { top: [], bottom: [], products, normEstimate: 0, stopped: 'cancelled', state: null }
  }
}
