import { matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random, type Random } from '#main/compute/rng/random'
import type { Dataset, Model } from '#main/core/model'
import type { ParameterArrays } from '#main/core/snapshot'
import type { BlockModel } from '#main/probes/blockModel'
import { initialChain, initKind } from './initialChain'
import { linearModel } from './linearModel'
import { lowRankMatrix } from './lowRankMatrix'
import type { NetworkParams } from './params'
import { regressionData, withConditionNumber } from './regression'
import { rhoOf, type BlockDynamics } from './rho'
import { blockSize, networkTarget } from './target'
import type { Start } from './withTraining'

/** d_0 … d_L */
export function networkWidths(params: NetworkParams): number[] {
  const { width, outputs } = networkTarget(params)
  return [...Array<number>(params.depth).fill(width), outputs]
}

/** X (d × d) with the wanted condition number, and Y = Φ X; what is drawn follows from the data seed alone. */
export function networkData(params: NetworkParams): Dataset {
  const { dataSeed, condition } = params
  const stream = random(dataSeed, 'linear-network')
  const { outputs, width: d, values, imported } = networkTarget(params)
  const map = imported ?? lowRankMatrix(outputs, d, values, stream.derive('target'))
  const whitened = matrix(d, d, stream.derive('inputs').orthogonal(d, d))
  return regressionData(map, withConditionNumber(whitened, condition))
}

/** What the recursion of ρ needs. */
export function blockDynamics(params: NetworkParams): BlockDynamics {
  const { depth, initScale, learningRate, weightDecay, momentum } = params
  const { outputs, width } = networkTarget(params)
  const nesterov = params.optimiser === 'nesterov'
  return { outputCase: outputs < width ? 1 : 2, depth, initScale, learningRate, weightDecay, momentum, nesterov }
}

/**
 * Whether steps are fixed combinations of past gradients, so that the invariant block is kept and ρ is known beforehand.
 * Adam breaks the block; normalised steps keep it, but how long they are follows from the run.
 */
export function takesFixedSteps({ optimiser }: NetworkParams): boolean {
  return optimiser === 'momentum' || optimiser === 'nesterov'
}

/** The network; from an orthogonal start it knows its invariant block, where the width leaves one. */
export function networkModel(params: NetworkParams): Model | BlockModel {
  const model = linearModel({ widths: networkWidths(params), weightDecay: params.weightDecay })
  if (params.init !== 'orthogonal' || blockSize(networkTarget(params)) === 0 || !takesFixedSteps(params)) return model
  let phi: Matrix | null = null
  const made = () => {
    const { inputs, targets } = networkData(params).train
    return matmul(targets, inputs!, { transposeB: true })
  }
  // The designer asks for the model at each change of a draft, and has no need of Φ, which takes a second at d = 512.
  return { ...model, invariantBlock: { phi: () => (phi ??= made()), rho: rhoOf(blockDynamics(params)) } }
}

export function networkInitial(params: NetworkParams, stream: Random): ParameterArrays {
  return initialChain(networkWidths(params), { kind: initKind(params.init), scale: params.initScale }, stream)
}

/** All that a run of this seed starts from. */
export function networkStart(params: NetworkParams, seed: number): Start {
  return {
    model: networkModel(params),
    data: networkData(params),
    initial: networkInitial(params, random(seed, 'run').derive('initial')),
  }
}
