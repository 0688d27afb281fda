import { LabError } from '#shared/errors'
import { matmul, norm, svd } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { centredMeans } from './classMeans'

/** Directions of the means below this fraction of the largest are rounding noise. */
const RELATIVE_CUT = 1e-9

/**
 * Share of a weight matrix that reads nothing of its class means: ‖W(I − Π)‖_F/‖W‖_F, Π the projector on the column space
 * of the centred means M̄. Zero at every converged point of a deep linear model.
 *
 * Theory note 02, c4 (`dnc3_residual`).
 * @param weight W, d' × d
 * @param means M, d × K, of the features that enter W
 * @returns from 0 to 1
 * @throws LabError 'degenerate' for W = 0
 */
export function unusedWeight(weight: Matrix, means: Matrix): number {
  if (norm(weight.data) === 0) throw new LabError('degenerate', 'unusedWeight: the weight matrix is zero.')
  const { u: U, s } = svd(centredMeans(means))
  const kept = s.filter((sigma) => sigma > RELATIVE_CUT * s[0]!).length
  const along = matmul(weight, U)
  const basis = matrix(
    U.rows,
    U.cols,
    U.data.map((x, at) => (at % U.cols < kept ? x : 0)),
  )
  const read = matmul(along, basis, { transposeB: true })
  return norm(weight.data.map((w, at) => w - read.data[at]!)) / norm(weight.data)
}
