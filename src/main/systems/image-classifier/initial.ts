import type { Random } from '#main/compute/rng/random'
import type { ParameterArrays } from '#main/core/snapshot'
import { layerWidths } from './model'
import type { ClassifierParams } from './params'

/**
 * W_l from N(0, 2/d_l) (He et al. 2015, arXiv:1502.01852) or N(0, 2/(d_l + d_{l+1})) (Glorot & Bengio 2010), each from
 * the stream of its own name; biases zero.
 */
export function initialParameters(params: ClassifierParams, random: Random): ParameterArrays {
  const widths = layerWidths(params)
  const entries = widths.slice(1).flatMap((outputs, i): [string, Float64Array][] => {
    const inputs = widths[i]!
    const deviation = Math.sqrt(2 / (params.init === 'xavier' ? inputs + outputs : inputs))
    const name = `W${i + 1}`
    const weight = random
      .derive(name)
      .normal(outputs * inputs)
      .map((z) => deviation * z)
    const bias: [string, Float64Array][] = params.biases === 'yes' ? [[`b${i + 1}`, new Float64Array(outputs)]] : []
    return [[name, weight], ...bias]
  })
  return Object.fromEntries(entries)
}
