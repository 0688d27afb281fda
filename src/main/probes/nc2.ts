import { LabError } from '#shared/errors'
import { matmul, norm } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { centredMeans } from './classMeans'
import { directionDistance } from './directionDistance'

/**
 * Distance of the class means from an orthogonal frame: ‖MᵀM / ‖MᵀM‖_F − I / √K‖_F.
 *
 * Theory note 01, section 4 (`nc2_orthframe`): the geometry of the MSE without biases, whose global mean is not zero.
 *
 * @param means M, d × K, not centred
 * @returns dimensionless, from 0 (orthogonal, of equal length) to below 2
 * @throws LabError 'degenerate' if all means are zero
 */
export function nc2OrthogonalFrame(means: Matrix): number {
  return gramDistance('nc2OrthogonalFrame', means, (i, j) => (i === j ? 1 : 0))
}

/**
 * Distance of the centred class means from a simplex equiangular tight frame:
 * ‖M̄ᵀM̄ / ‖M̄ᵀM̄‖_F − (I − 11ᵀ/K) / √(K−1)‖_F.
 *
 * Theory note 01, section 4 (`nc2_etf`); Papyan, Han, Donoho 2020, arXiv:2008.08186. Always 0 for K = 2, where the two
 * centred means are opposite.
 *
 * @param means M, d × K; centred here
 * @returns dimensionless, from 0 (simplex ETF) to below 2
 * @throws LabError 'degenerate' if all class means coincide
 */
export function nc2SimplexEtf(means: Matrix): number {
  const K = means.cols
  return gramDistance('nc2SimplexEtf', centredMeans(means), (i, j) => (i === j ? 1 : 0) - 1 / K)
}

function gramDistance(who: string, means: Matrix, target: (i: number, j: number) => number): number {
  const K = means.cols
  const gram = matmul(means, means, { transposeA: true })
  if (norm(gram.data) === 0) {
    throw new LabError('degenerate', `${who}: the class means have no extent, so they form no frame.`, { K })
  }
  const frame = Float64Array.from({ length: K * K }, (_, at) => target(Math.floor(at / K), at % K))
  return directionDistance(gram, matrix(K, K, frame))
}
