import { norm } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'

/** ‖A / ‖A‖_F − B / ‖B‖_F‖_F of two matrices of one shape: 0 for the same direction, 2 for opposite ones; NaN if one is 0. */
export function directionDistance(a: Matrix, b: Matrix): number {
  const [normA, normB] = [norm(a.data), norm(b.data)]
  return norm(a.data.map((value, i) => value / normA - b.data[i]! / normB))
}
