import { LabError } from '#shared/errors'
import { norm } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { movedFrom } from './movedFrom'

/**
 * ‖W − Φ‖_F / ‖Φ‖_F over all entries, observed or not. Theory note 05, S-C ("Record") and pitfall 11.
 *
 * @param known 1 where Φ is known, the only entries that count; null for all of them
 * @throws LabError 'shape' if W is not of the shape of Φ; 'degenerate' if Φ is zero
 */
export function recoveryError(W: Matrix, phi: Matrix, known: Matrix | null = null): number {
  if (W.rows !== phi.rows || W.cols !== phi.cols) {
    throw new LabError('shape', `recoveryError: W is ${W.rows} × ${W.cols}, Φ is ${phi.rows} × ${phi.cols}.`)
  }
  const counted = (data: Float64Array) => norm(known ? data.map((value, at) => value * known.data[at]!) : data)
  const size = counted(phi.data)
  if (size === 0) throw new LabError('degenerate', 'recoveryError: Φ is zero, so there is nothing to recover.')
  return counted(movedFrom(phi, W, 1).data) / size
}
