import { LabError } from '#shared/errors'
import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { directionDistance } from './directionDistance'

/** How near K vectors are to a simplex equiangular tight frame, part by part. Theory note 05, S-D, NC2. */
export interface FrameGeometry {
  /** Standard deviation / mean of the lengths, dividing by K. */
  readonly lengthVariation: number
  /** The same, dividing by K − 1: what torch.std gives. */
  readonly lengthVariationBessel: number
  /** Standard deviation of the cosines between different vectors, dividing by their number. */
  readonly cosineDeviation: number
  /** Mean |cos + 1/(K − 1)|: distance from the largest angle that K vectors can have. */
  readonly angleDeficit: number
  readonly largestCosine: number
}

/**
 * Lengths and angles of the columns.
 *
 * Papyan, Han, Donoho 2020, arXiv:2008.08186; theory note 05, S-D (keys `M_…` with centred means, `W_…` with rows of W).
 *
 * @param columns d × K, as they are: centre class means first
 * @throws LabError 'degenerate' for fewer than two columns or one of length zero
 */
export function frameGeometry(columns: Matrix): FrameGeometry {
  const K = columns.cols
  const gram = matmul(columns, columns, { transposeA: true }).data
  const lengths = Array.from({ length: K }, (_, k) => Math.sqrt(gram[k * K + k]!))
  if (K < 2 || lengths.some((length) => length === 0)) {
    throw new LabError('degenerate', `frameGeometry: ${K} vectors, of lengths ${lengths.join(', ')}, have no angles.`)
  }
  const cosines: number[] = []
  for (let k = 0; k < K; k++) {
    for (let other = 0; other < k; other++) cosines.push(gram[k * K + other]! / (lengths[k]! * lengths[other]!))
  }
  const variation = deviation(lengths) / mean(lengths)
  return {
    lengthVariation: variation,
    lengthVariationBessel: variation * Math.sqrt(K / (K - 1)),
    cosineDeviation: deviation(cosines),
    angleDeficit: mean(cosines.map((cosine) => Math.abs(cosine + 1 / (K - 1)))),
    largestCosine: Math.max(...cosines),
  }
}

/** ‖A/‖A‖_F − (I − 11ᵀ/K)/√(K − 1)‖_F of a K × K matrix: WWᵀ, MᵀM or W M. Theory note 05, S-D (`…etf_dist`). */
export function simplexDistance(A: Matrix): number {
  const K = A.cols
  const simplex = Float64Array.from({ length: K * K }, (_, at) => (at % (K + 1) === 0 ? 1 : 0) - 1 / K)
  return directionDistance(A, matrix(K, K, simplex))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviation(values: readonly number[]): number {
  const centre = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)))
}
