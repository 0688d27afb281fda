import { LabError } from '#shared/errors'
import { matrix } from '#main/compute/matrix'
import type { Dataset, Split } from '#main/core/model'
import type { Resources } from '#main/core/system'
import { LARGEST_PIXEL, parseDigits, PIXELS, type Digits } from './digits'
import type { ClassifierParams } from './params'

const FILE = 'uci-digits.csv.gz'
/** About the mean of all pixels after scaling, so that inputs are nearly centred (theory note 05, S-E). */
const OFFSET = 0.3

/**
 * Images as columns, ordered by class, with pixels scaled to p/16 − 0.3.
 *
 * The first n images of each class in the order of the file are trained on, so that classes have the same size; all
 * others are the test set. No seed enters.
 *
 * @throws LabError 'bad-input' if the file is damaged or has fewer than n images of a class
 */
export function digitsData({ K, n, testSet }: ClassifierParams, resources: Resources): Dataset {
  const digits = parseDigits(FILE, resources.read(FILE))
  const byClass = Array.from({ length: K }, (_, k) => [...digits.labels.keys()].filter((i) => digits.labels[i] === k))
  byClass.forEach((images, k) => {
    if (images.length >= n) return
    const message = `Data file ${FILE} has ${images.length} images of the digit ${k}, expected at least n = ${n}.`
    throw new LabError('bad-input', `${message} Choose a smaller n or restore the file that came with Collapsar.`, {
      k,
      n,
    })
  })
  const rest = byClass.map((images) => images.slice(n))
  const hasRest = rest.every((images) => images.length > 0)
  return {
    train: splitOf(
      digits,
      byClass.map((images) => images.slice(0, n)),
    ),
    test: testSet === 'rest' && hasRest ? splitOf(digits, rest) : null,
  }
}

/** @param byClass rows of the file for each class */
function splitOf({ pixels }: Digits, byClass: readonly (readonly number[])[]): Split {
  const rows = byClass.flat()
  const N = rows.length
  const inputs = matrix(PIXELS, N)
  const targets = matrix(byClass.length, N)
  rows.forEach((row, i) => {
    pixels[row]?.forEach((pixel, a) => (inputs.data[a * N + i] = pixel / LARGEST_PIXEL - OFFSET))
  })
  const classOf = byClass.flatMap((images, k) => images.map(() => k))
  classOf.forEach((k, i) => (targets.data[k * N + i] = 1))
  return { inputs, targets, classSizes: byClass.map((images) => images.length) }
}
