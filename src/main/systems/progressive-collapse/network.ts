import { random, type Random } from '#main/compute/rng/random'
import type { Dataset, Model } from '#main/core/model'
import type { ParameterArrays } from '#main/core/snapshot'
import { initialChain, initKind } from '../linear-network/initialChain'
import { linearModel } from '../linear-network/linearModel'
import type { Start } from '../linear-network/withTraining'
import { balancedClasses, gaussianClasses, nearOrthogonal } from './classData'
import type { CollapseParams } from './params'

/** d_0 … d_L */
export function collapseWidths({ K, n, data, inputs, width, depth }: CollapseParams): number[] {
  const d = data === 'orthogonal' ? K * n : inputs
  return [d, ...Array<number>(depth - 1).fill(width), K]
}

/** How many layers, from below, are followed by a ReLU. */
export function reluLayers({ network, depth }: CollapseParams): number {
  if (network === 'relu') return depth - 1
  return network === 'hybrid' ? Math.floor(depth / 2) : 0
}

/** c of the data loss c/2 ‖Z − Y‖². */
export function lossFactor({ loss, K, n }: CollapseParams): number {
  return loss === 'sum' ? 1 : 2 / (K * n)
}

export function collapseModel(params: CollapseParams): Model {
  return linearModel({
    widths: collapseWidths(params),
    weightDecay: params.weightDecay,
    lossFactor: lossFactor(params),
    reluLayers: reluLayers(params),
  })
}

/** Inputs follow from the data seed alone. */
export function collapseData(params: CollapseParams): Dataset {
  const { K, n, data, noise, dataSeed } = params
  const d = collapseWidths(params)[0]!
  const stream = random(dataSeed, 'progressive-collapse').derive(data)
  if (data === 'gaussian') return balancedClasses(gaussianClasses({ d, K, n, noise }, stream), K)
  return balancedClasses(nearOrthogonal(d, K * n, data === 'orthogonal' ? 0 : noise, stream), K)
}

/** As `init` says; He draws N(0, 2/fan-in) for the layers before a ReLU (He et al. 2015, arXiv:1502.01852). */
export function collapseInitial(params: CollapseParams, stream: Random): ParameterArrays {
  const widths = collapseWidths(params)
  if (params.init !== 'he')
    return initialChain(widths, { kind: initKind(params.init), scale: params.initScale }, stream)
  const activated = reluLayers(params)
  const layers = widths.slice(1).map((rows, i) => {
    const name = `W${i + 1}`
    const deviation = (i < activated ? Math.SQRT2 : params.initScale) / Math.sqrt(widths[i]!)
    const values = stream.derive(name).normal(rows * widths[i]!)
    return [name, values.map((z) => deviation * z)] as const
  })
  return Object.fromEntries(layers)
}

/** All that a run of this seed starts from. */
export function collapseStart(params: CollapseParams, seed: number): Start {
  return {
    model: collapseModel(params),
    data: collapseData(params),
    initial: collapseInitial(params, random(seed, 'run').derive('initial')),
  }
}
