import type { Random } from '#main/compute/rng/random'
import { factorShapes, type UfmConfig } from './config'
import type { UfmParameters } from './dncParameters'

/**
 * Every entry from N(0, s²/d_in), d_in the number of columns of W_l and d_1 for H_1, each factor from the stream of its
 * own name. Theory note 01, section 2.
 */
export function initialParameters(config: UfmConfig, scale: number, random: Random): UfmParameters {
  const entries = factorShapes(config).map(([rows, cols], layer) => {
    const [name, inputs] = layer === 0 ? ['H1', rows] : [`W${layer}`, cols]
    const deviation = scale / Math.sqrt(inputs)
    return [
      name,
      random
        .derive(name)
        .normal(rows * cols)
        .map((z) => deviation * z),
    ] as const
  })
  return Object.fromEntries(entries)
}
