import type { Random } from '#main/compute/rng/random'
import { factorShapes, type UfmConfig } from './config'
import type { UfmParameters } from './dncParameters'

/**
 * Every entry from N(0, s²/d_in), d_in the number of columns of W_l and d_1 for H_1, each factor from the stream of its
 * own name. Theory note 01, section 2.
 *
 * @param gain of the variance of W_1 … W_{L−1}, below whose activation half of the signal is lost: 2 in He et al. 2015
 */
export function initialParameters(config: UfmConfig, scale: number, random: Random, gain = 1): UfmParameters {
  const shapes = factorShapes(config)
  const entries = shapes.map(([rows, cols], layer) => {
    const [name, inputs] = layer === 0 ? ['H1', rows] : [`W${layer}`, cols]
    const isHidden = layer > 0 && layer < shapes.length - 1
    const deviation = scale / Math.sqrt(inputs / (isHidden ? gain : 1))
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
