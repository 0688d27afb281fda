import { random } from '#main/compute/rng/random'
import type { Snapshot } from '#main/core/snapshot'
import { sampleGradients } from './sampleGradients'
import { combineSamples } from './sampleMoment'

/**
 * Gradients 1/B Σ_{i ∈ batch} g_i of the data loss on random mini-batches, drawn without replacement by the probe's own
 * streams; all parameters in the order of the model.
 *
 * @param size B, at most the number of samples
 */
export async function miniBatchGradients(snapshot: Snapshot, size: number, count: number): Promise<Float64Array[]> {
  const blocks = await sampleGradients(snapshot, snapshot.model.parameters)
  const N = snapshot.split.targets.cols
  return Array.from({ length: count }, (_, draw) => {
    const factors = new Float64Array(N)
    const order = random(snapshot.seed, `miniBatchGradients/${snapshot.step}/${draw}`).permutation(N)
    for (const i of order.subarray(0, size)) factors[i] = 1 / size
    return combineSamples(blocks, factors)
  })
}
