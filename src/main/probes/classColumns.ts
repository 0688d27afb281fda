import { LabError } from '#shared/errors'
import type { Matrix } from '#main/compute/matrix'

/** Columns `start` … `end` − 1 of a feature matrix belong to class k. */
export interface ClassColumns {
  readonly k: number
  readonly start: number
  readonly end: number
}

/**
 * Which columns belong to which class, when samples are ordered by class.
 *
 * @param who the quantity that asks, for the message
 * @param classSizes n_k for k = 0 … K − 1
 * @throws LabError 'shape' if the sizes do not fit the columns or a class is empty
 */
export function classColumns(who: string, features: Matrix, classSizes: readonly number[]): ClassColumns[] {
  const N = features.cols
  const total = classSizes.reduce((sum, n) => sum + n, 0)
  if (total !== N || classSizes.some((n) => n < 1)) {
    throw new LabError(
      'shape',
      `${who}: class sizes ${classSizes.join(' + ')} do not fit ${N} columns. ` +
        'Order the columns by class and give every class at least one sample.',
      { d: features.rows, N, K: classSizes.length },
    )
  }
  let start = 0
  return classSizes.map((n, k) => ({ k, start, end: (start += n) }))
}
