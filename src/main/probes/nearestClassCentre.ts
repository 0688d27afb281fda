import { LabError } from '#shared/errors'
import type { Matrix } from '#main/compute/matrix'
import { classColumns } from './classColumns'

/**
 * Class whose mean is nearest to each sample; ties go to the lowest class. Papyan, Han, Donoho 2020, arXiv:2008.08186
 * (NC4); theory note 05, S-D.
 *
 * @param features d × N
 * @param means d × K, of the training set
 * @returns N class numbers
 * @throws LabError 'shape' if the dimensions differ
 */
export function nearestClassCentre(features: Matrix, means: Matrix): Uint32Array {
  const { rows: d, cols: N } = features
  if (means.rows !== d) {
    throw new LabError('shape', `nearestClassCentre: features have ${d} dimensions, means ${means.rows}.`)
  }
  return Uint32Array.from({ length: N }, (_, i) =>
    smallestAt(means.cols, (k) => {
      let distance = 0
      for (let a = 0; a < d; a++) distance += (features.data[a * N + i]! - means.data[a * means.cols + k]!) ** 2
      return distance
    }),
  )
}

/** Class of the largest output of each sample; ties go to the lowest class. @param outputs K × N */
export function largestOutput({ rows: K, cols: N, data }: Matrix): Uint32Array {
  return Uint32Array.from({ length: N }, (_, i) => smallestAt(K, (k) => -data[k * N + i]!))
}

/** The class of every column, for samples ordered by class. */
export function classLabels(features: Matrix, classSizes: readonly number[]): Uint32Array {
  const labels = new Uint32Array(features.cols)
  for (const { k, start, end } of classColumns('classLabels', features, classSizes)) labels.fill(k, start, end)
  return labels
}

/**
 * Share of samples on which two classifications differ: NC4 between network and nearest centre.
 *
 * @throws LabError 'shape' if their lengths differ
 */
export function disagreement(a: Uint32Array, b: Uint32Array): number {
  if (a.length !== b.length) {
    throw new LabError('shape', `disagreement: ${a.length} and ${b.length} classified samples; pass the same ones.`)
  }
  return a.filter((label, i) => label !== b[i]).length / a.length
}

function smallestAt(count: number, value: (k: number) => number): number {
  let [best, least] = [0, value(0)]
  for (let k = 1; k < count; k++) {
    const next = value(k)
    if (next < least) [best, least] = [k, next]
  }
  return best
}
