import { LabError } from '#shared/errors'
import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { centredMeans, classMeans } from './classMeans'
import { deviationProducts } from './deviationProducts'
import { betweenDirections, nc1FromProducts, nc1RatioOf } from './nc1'
import { nc2OrthogonalFrame, nc2SimplexEtf } from './nc2'
import { nc3 } from './nc3'
import { beside, checkClassifier, nearestMean, type LinearClassifier } from './nc4'
import { separationOf } from './separation'

export type CollapseMetric = 'nc1' | 'nc1Ratio' | 'nc2' | 'nc3' | 'nc4' | 'separation'

/** The geometry that is expected of the class means: theory note 01, section 4 and pitfall 8. */
export type MeanFrame = 'orthogonal' | 'simplexEtf'

/**
 * NC1 to NC4 and the separation of one layer, in one pass over the features after that for the means.
 *
 * Each metric by the formulas of its own file, from three shared products: the deviations along the directions of the
 * means (NC1; with them also the distances to all means, because M̄ = √K A diag(s) Vᵀ), W times the deviations (NC4), and
 * their squares (the ratios). Covariances are never formed: O(d N K) in place of O(d² N + d³).
 *
 * @param features d × N, columns ordered by class
 * @param classifier what reads them linearly; null: neither NC3 nor NC4. `agreement` false: NC3 only, for the product
 *   A_l of several layers, whose argmax nobody takes
 * @returns a function for each defined metric, which throws LabError 'degenerate' where it has no value
 */
export function collapseMetrics(
  features: Matrix,
  classSizes: readonly number[],
  frame: MeanFrame,
  classifier: LinearClassifier | null,
  options: { readonly agreement?: boolean } = {},
): Partial<Record<CollapseMetric, () => number>> {
  const { agreement = classifier !== null } = options
  const means = classMeans(features, classSizes)
  const K = means.cols
  const N = features.cols
  const read = agreement ? classifier : null
  if (read) checkClassifier(read, means)
  const between = attempted(() => betweenDirections('nc1', means))
  const directions = between.value?.A ?? matrix(features.rows, 0)
  const r = directions.cols
  const Q = read ? beside(directions, read.weight) : directions
  const { products, squares } = deviationProducts(features, means, classSizes, Q)
  const rows = (from: number, to: number) => matrix(to - from, N, products.data.subarray(from * N, to * N))
  return {
    nc1: () => nc1FromProducts(rows(0, r), between.get().s, K),
    nc1Ratio: () => nc1RatioOf(squares / N, means),
    nc2: () => (frame === 'simplexEtf' ? nc2SimplexEtf(means) : nc2OrthogonalFrame(means)),
    ...(classifier && { nc3: () => nc3(classifier.weight, frame === 'simplexEtf' ? centredMeans(means) : means) }),
    ...(read && {
      nc4: () => {
        const { s, V } = between.get()
        const root = Math.sqrt(K)
        const weighted = matrix(K, r, V.data.map((value, at) => root * value * s[at % r]!)) // prettier-ignore
        const along = matmul(weighted, rows(0, r))
        return nearestMean(classSizes, means, read, { along, logits: rows(r, r + K) }, features).disagreement
      },
    }),
    separation: () => separationOf(squares / N, means, classSizes),
  }
}

/** A value, or the error that says why there is none, kept until somebody asks. */
function attempted<T>(compute: () => T): { value: T | null; get: () => T } {
  try {
    const value = compute()
    return { value, get: () => value }
  } catch (thrown) {
    if (!(thrown instanceof LabError) || thrown.code !== 'degenerate') throw thrown
    return {
      value: null,
      get: () => {
        throw thrown
      },
    }
  }
}
