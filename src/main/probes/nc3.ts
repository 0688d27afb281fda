import { LabError } from '#shared/errors'
import { norm, transpose } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { directionDistance } from './directionDistance'

/**
 * Self-duality: ‖A / ‖A‖_F − Mᵀ / ‖M‖_F‖_F between what classifies a layer's features and their class means.
 *
 * Theory note 01, section 4 (`nc3`). A = A_l = W_L … W_l in a linear chain; A = W_L for the last layer of any network.
 *
 * @param classifier A, K × d
 * @param means d × K; centred for the cross-entropy, whose classifier only sees differences
 * @returns dimensionless, from 0 (aligned) to 2 (opposite)
 * @throws LabError 'shape' if A is not of the shape of Mᵀ; 'degenerate' if A or M is zero
 */
export function nc3(classifier: Matrix, means: Matrix): number {
  const { rows: d, cols: K } = means
  if (classifier.rows !== K || classifier.cols !== d) {
    throw new LabError(
      'shape',
      `nc3: the classifier is ${classifier.rows} × ${classifier.cols}, the means are ${d} × ${K}. ` +
        `Pass a classifier of ${K} × ${d}.`,
      { K, d },
    )
  }
  if (norm(classifier.data) === 0 || norm(means.data) === 0) {
    throw new LabError('degenerate', 'nc3: the classifier or the class means are zero.', { K, d })
  }
  return directionDistance(classifier, transpose(means))
}
