import { factorShapes, uniformConfig, type UfmConfig } from '#main/systems/deep-ufm/config'
import { LINEAR_MSE, type UfmState } from '#main/systems/deep-ufm/claims/withTraining'
import type { Model } from '#main/core/model'
import type { Snapshot } from '#main/core/snapshot'
import { random } from '#main/compute/rng/random'

/** K = 3 classes of n = 2, two layers of width 4: blocks of 16 and 12 weights, Gram matrices of 18. */
export const smallConfig: UfmConfig = uniformConfig({ K: 3, n: 2, depth: 2, width: 4, lambda: 0.01 })

/** Every combination of loss and activation that free-feature models have. */
export const variants: readonly UfmState['variant'][] = [
  LINEAR_MSE,
  { loss: 'ce', activation: 'linear' },
  { loss: 'mse', activation: 'relu' },
  { loss: 'ce', activation: 'relu' },
]

/** A generic point: normal entries, unrelated to any solution. */
export function genericState(
  variant: UfmState['variant'] = LINEAR_MSE,
  { config = smallConfig, scale = 1 }: { config?: UfmConfig; scale?: number } = {},
): UfmState {
  const entries = factorShapes(config).map(([rows, cols], i) => {
    const name = i === 0 ? 'H1' : `W${i}`
    return [
      name,
      random(7, name)
        .normal(rows * cols)
        .map((z) => scale * z),
    ] as const
  })
  return { config, variant, parameters: Object.fromEntries(entries) }
}

/** The same state under another description of its model. */
export function withModel(snapshot: Snapshot, model: Model): Snapshot {
  const { step, isLast, split, testSplit, dtype, seed } = snapshot
  return {
    step,
    isLast,
    split,
    testSplit,
    dtype,
    seed,
    model,
    parameters: () => snapshot.parameters(),
    initialParameters: () => snapshot.initialParameters(),
    nextUpdate: () => snapshot.nextUpdate(),
    loss: () => snapshot.loss(),
    logits: () => snapshot.logits(),
    testLogits: () => snapshot.testLogits(),
    dataGradient: () => snapshot.dataGradient(),
    layers: () => snapshot.layers(),
    layerJacobians: (layer) => snapshot.layerJacobians(layer),
    gradientMoment: (options, parameters) => snapshot.gradientMoment(options, parameters),
    hessian: (part, parameters) => snapshot.hessian(part, parameters),
  }
}
