import type { Matrix } from '#main/compute/matrix'
import { classColumns } from './classColumns'

/**
 * Share of samples whose own class has the strictly largest output.
 *
 * A tie counts as wrong: a network that answers every sample alike has not learned class 0.
 *
 * @param logits K × N, columns ordered by class
 * @param classSizes n_k for k = 0 … K − 1
 * @returns from 0 to 1
 * @throws LabError 'shape' if the sizes do not fit the columns
 */
export function accuracyOf(logits: Matrix, classSizes: readonly number[]): number {
  const { rows: K, cols: N, data } = logits
  let correct = 0
  for (const { k, start, end } of classColumns('accuracyOf', logits, classSizes)) {
    for (let i = start; i < end; i++) {
      let best = -Infinity
      for (let c = 0; c < K; c++) if (c !== k) best = Math.max(best, data[c * N + i]!)
      if (data[k * N + i]! > best) correct++
    }
  }
  return correct / N
}
