import { LabError } from '#shared/errors'
import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { centredMeans, classMeans } from './classMeans'
import { classColumns } from './classColumns'
import { deviationProducts } from './deviationProducts'

/** Agreement of a linear classifier with the nearest class mean. */
export interface NearestMean {
  /** NC4: share of samples on which the two disagree; 0 at collapse. */
  readonly disagreement: number
  /** Share of samples whose nearest class mean is that of their own class. */
  readonly nearestMeanAccuracy: number
  /** Share of samples that the classifier puts into their own class. */
  readonly classifierAccuracy: number
}

/** What reads the features: W, K × d, and b, K, or null. */
export interface LinearClassifier {
  readonly weight: Matrix
  readonly bias: Float64Array | null
}

/**
 * NC4: share of samples with argmax_k (W h + b)_k ≠ argmin_k ‖h − μ_k‖, ties to the lowest index.
 *
 * Papyan, Han, Donoho 2020, arXiv:2008.08186; theory note 05, S-D. The means are those of the same features.
 *
 * @param features d × N, columns ordered by class
 * @throws LabError 'shape' if the classifier or the sizes do not fit
 */
export function nc4(features: Matrix, classSizes: readonly number[], classifier: LinearClassifier): NearestMean {
  const means = classMeans(features, classSizes)
  checkClassifier(classifier, means)
  const K = means.cols
  const centred = centredMeans(means)
  const { products } = deviationProducts(features, means, classSizes, beside(centred, classifier.weight))
  const rows = (from: number) => matrix(K, features.cols, products.data.subarray(from * features.cols, (from + K) * features.cols)) // prettier-ignore
  return nearestMean(classSizes, means, classifier, { along: rows(0), logits: rows(K) }, features)
}

/**
 * The same from products that are known.
 *
 * With h = μ_c + r the distances compare as ½ ‖μ̄_k‖² − μ̄_kᵀμ̄_c − μ̄_kᵀr, means centred: what all k share is left out
 * before anything is rounded, so that a shift of all features changes nothing.
 *
 * @param products.along μ̄_kᵀ r, K × N; logits: (W r)_k, K × N
 */
export function nearestMean(
  classSizes: readonly number[],
  means: Matrix,
  { weight, bias }: LinearClassifier,
  { along, logits }: { along: Matrix; logits: Matrix },
  features: Pick<Matrix, 'rows' | 'cols'>,
): NearestMean {
  const [K, N] = [means.cols, features.cols]
  const centred = centredMeans(means)
  const gram = matmul(centred, centred, { transposeA: true }).data
  const base = matmul(weight, means).data
  let [apart, nearest, classified] = [0, 0, 0]
  for (const { k: c, start, end } of classColumns('nc4', along, classSizes)) {
    const distances = Float64Array.from({ length: K }, (_, k) => gram[k * K + c]! - gram[k * K + k]! / 2)
    const offsets = Float64Array.from({ length: K }, (_, k) => base[k * K + c]! + (bias ? bias[k]! : 0))
    for (let i = start; i < end; i++) {
      const [mean, label] = [largest(along.data, distances, i, N), largest(logits.data, offsets, i, N)]
      if (mean !== label) apart++
      if (mean === c) nearest++
      if (label === c) classified++
    }
  }
  return { disagreement: apart / N, nearestMeanAccuracy: nearest / N, classifierAccuracy: classified / N }
}

/** [A | Wᵀ]: the columns of A and the rows of W as columns of one matrix. */
export function beside(A: Matrix, W: Matrix): Matrix {
  const both = matrix(A.rows, A.cols + W.rows)
  for (let i = 0; i < A.rows; i++) {
    for (let k = 0; k < A.cols; k++) both.data[i * both.cols + k] = A.data[i * A.cols + k]!
    for (let k = 0; k < W.rows; k++) both.data[i * both.cols + A.cols + k] = W.data[k * W.cols + i]!
  }
  return both
}

export function checkClassifier({ weight, bias }: LinearClassifier, { rows: d, cols: K }: Matrix): void {
  if (weight.rows === K && weight.cols === d && (bias === null || bias.length === K)) return
  const given = `${weight.rows} × ${weight.cols}${bias ? ` with ${bias.length} biases` : ''}`
  throw new LabError('shape', `nc4: the classifier is ${given}, the means are ${d} × ${K}. Pass one of ${K} × ${d}.`, {
    K,
    d,
  })
}

/** The lowest k with the largest x_ki + offset_k. */
function largest(x: Float64Array, offsets: Float64Array, i: number, N: number): number {
  let [best, most] = [0, -Infinity]
  for (let k = 0; k < offsets.length; k++) {
    const value = x[k * N + i]! + offsets[k]!
    if (value > most) {
      best = k
      most = value
    }
  }
  return best
}
