import { LabError } from '#shared/errors'
import { matrix, type Matrix } from '../compute/matrix'
import type { Random } from '../compute/rng/random'
import type { Split } from '../core/model'
import type { SampleSource, TrainingRecipe } from '../core/system'

/** One mini-batch, written into arrays that are used again. */
export interface Batches {
  /** d × B, null where the features are parameters. */
  readonly inputs: Float64Array | null
  /** K × B */
  readonly targets: Float64Array
  /** Those of a step, counted from 0: a function of the step alone, so that training can begin at any. */
  load(step: number): void
}

/** How the samples of a step are chosen. */
export type Sampling = Pick<TrainingRecipe, 'batchSize' | 'freshSamples'>

/** The batches of a recipe; null where every step sees all samples. */
export function batchesOf(split: Split, { batchSize, freshSamples }: Sampling, random: Random): Batches | null {
  if (batchSize === null) {
    if (!freshSamples) return null
    throw new LabError('bad-input', 'Online training got no batch size; say how many samples each step draws.')
  }
  return freshSamples ? freshBatches(split, batchSize, freshSamples, random) : miniBatches(split, batchSize, random)
}

/**
 * Mini-batches of `size` samples in a fresh random order each epoch, the order of epoch e drawn from the stream of that
 * epoch alone. The last N mod size samples of an epoch's order are left out, so that every step has the same shape.
 *
 * @throws LabError 'bad-input' if the batch is larger than the training set
 */
export function miniBatches(split: Split, size: number, random: Random): Batches {
  const samples = split.targets.cols
  if (size > samples) {
    throw new LabError(
      'bad-input',
      `Batch size ${size} exceeds the ${samples} training samples; use at most ${samples}.`,
    )
  }
  const inputs = split.inputs && new Float64Array(split.inputs.rows * size)
  const targets = new Float64Array(split.targets.rows * size)
  const perEpoch = Math.floor(samples / size)
  let drawn = -1
  let order: Uint32Array = new Uint32Array()
  return {
    inputs,
    targets,
    load(step) {
      const epoch = Math.floor(step / perEpoch)
      if (epoch !== drawn) order = random.derive(`epoch ${epoch}`).permutation(samples)
      drawn = epoch
      const position = (step % perEpoch) * size
      if (split.inputs && inputs) gatherColumns(split.inputs, order, position, size, inputs)
      gatherColumns(split.targets, order, position, size, targets)
    },
  }
}

/** Samples drawn afresh for each step, from the stream of that step alone. */
export function freshBatches(split: Split, size: number, source: SampleSource, random: Random): Batches {
  const inputs = split.inputs && matrix(split.inputs.rows, size)
  const targets = matrix(split.targets.rows, size)
  return {
    inputs: inputs && inputs.data,
    targets: targets.data,
    load: (step) => source.draw(random.derive(`step ${step}`), inputs, targets),
  }
}

/** into[:, j] = from[:, order[start + j]] for j < count */
function gatherColumns(from: Matrix, order: Uint32Array, start: number, count: number, into: Float64Array): void {
  for (let row = 0; row < from.rows; row++) {
    const source = row * from.cols
    for (let j = 0; j < count; j++) into[row * count + j] = from.data[source + order[start + j]!]!
  }
}
