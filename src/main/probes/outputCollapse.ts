import { LabError } from '#shared/errors'
import { norm } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { classColumns } from './classColumns'
import { directionDistance } from './directionDistance'
import type { MeanFrame } from './collapseMetrics'

/**
 * How far the outputs are from neural collapse: ‖Z/‖Z‖_F − T/‖T‖_F‖_F, where column i of T is that of its class in
 * S = I − 11ᵀ/K (simplexEtf) or I (orthogonal).
 *
 * Theory note 02, c5 (`dnc_distance`), for the simplex; the orthogonal frame is that of MSE without biases (note 01, 5.1).
 *
 * @param logits Z, K × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns dimensionless, from 0 (collapse, whatever the scale) to 2
 * @throws LabError 'shape' if the sizes do not fit; 'degenerate' for zero outputs
 */
export function outputCollapseDistance(logits: Matrix, classSizes: readonly number[], frame: MeanFrame): number {
  const offset = frame === 'simplexEtf' ? 1 / logits.rows : 0
  return templateDistance(logits, classSizes, (c, k) => (c === k ? 1 : 0) - offset)
}

/**
 * ‖Z/‖Z‖_F − T/‖T‖_F‖_F with T the K × K class-mean logits `entry(c, k)`, output c of class k, for every sample.
 *
 * @throws LabError 'shape' if the sizes do not fit; 'degenerate' for zero outputs
 */
export function templateDistance(
  logits: Matrix,
  classSizes: readonly number[],
  entry: (c: number, k: number) => number,
): number {
  const { rows: K, cols: N } = logits
  const target = matrix(K, N)
  for (const { k, start, end } of classColumns('templateDistance', logits, classSizes)) {
    for (let c = 0; c < K; c++) target.data.fill(entry(c, k), c * N + start, c * N + end)
  }
  if (norm(logits.data) === 0) {
    throw new LabError('degenerate', 'templateDistance: all outputs are zero, so they have no direction.', { K, N })
  }
  return directionDistance(logits, target)
}

/**
 * Smallest lead of a sample's own class over another: min (z_ic)_c − (z_ic)_c'. The outputs are diagonally superior where
 * it is positive. Theory note 02, c5 (`min_margin`).
 *
 * @param logits K × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @throws LabError 'shape' if the sizes do not fit
 */
export function smallestMargin(logits: Matrix, classSizes: readonly number[]): number {
  const { rows: K, cols: N, data } = logits
  let smallest = Infinity
  for (const { k, start, end } of classColumns('smallestMargin', logits, classSizes)) {
    for (let c = 0; c < K; c++) {
      if (c === k) continue
      for (let i = start; i < end; i++) smallest = Math.min(smallest, data[k * N + i]! - data[c * N + i]!)
    }
  }
  return smallest
}
