import type { SpectrumMeta } from '#shared/records'
import { LabError } from '#shared/errors'
import type { LayerState, Snapshot } from '#main/core/snapshot'
import type { Model } from '#main/core/model'
import { denseBlock } from './denseBlock'
import { gramBlock } from './gramBlock'
import { isSparseStep } from './isSparseStep'
import { kroneckerBlock } from './kroneckerBlock'
import { lanczosBlock } from './lanczosBlock'
import { outlierCount } from './outlierCount'

/** Spectrum of the Hessian of the data loss in one weight matrix W_l. */
export interface LayerBlock {
  readonly layer: number
  /** Descending: all of them, or the largest where `meta.complete` is false. */
  readonly eigenvalues: Float64Array
  readonly meta: SpectrumMeta
  /** Eigenvectors are to be had for the first so many eigenvalues. */
  readonly vectors: number
  /** Unit eigenvector of the eigenvalue of this rank, counted from 0, as a row-major vec of W_l. */
  eigenvector(rank: number): Float64Array
}

/** What every route to a layer block starts from. */
export interface BlockRequest {
  readonly snapshot: Snapshot
  readonly state: LayerState
  /** Name of the parameter W_l. */
  readonly weight: string
  /** K² (MSE) or (K − 1)² (CE), at most the dimension. */
  readonly outliers: number
  readonly signal: AbortSignal
}

export type BlockRoute = 'kronecker' | 'gram' | 'dense' | 'lanczos'

/** Largest KN × KN Gram matrix and the largest block that are decomposed whole. Theory note 01, section 7. */
const GRAM_LIMIT = 1200
const DENSE_LIMIT = 600
/** An eigenproblem up to this size costs no more than a few training steps and is solved at every scheduled step. */
const CHEAP_SIZE = 200

/**
 * How a layer's block is decomposed, from cheap and exact to iterative (theory note 01, section 3).
 *
 * kronecker: A_{l+1}ᵀA_{l+1} ⊗ H_lH_lᵀ/N, linear chains with MSE. gram: the KN × KN Gram matrix, wherever the block is
 * its Gauss-Newton part, so for piecewise-linear activations. dense: one Hessian-vector product per column. lanczos:
 * the largest eigenvalues only.
 */
export function blockRoute(model: Model, samples: number, state: LayerState): BlockRoute {
  if (model.isLinearChain && model.loss === 'mse') return 'kronecker'
  const dimension = state.weight.data.length
  const gram = model.activation === 'tanh' ? Infinity : model.classes * samples
  if (gram <= GRAM_LIMIT && gram <= dimension) return 'gram'
  if (dimension <= DENSE_LIMIT) return 'dense'
  return gram <= GRAM_LIMIT ? 'gram' : 'lanczos'
}

/** Whether a layer is decomposed at this step: where it is cheap always, else at the sparse steps. */
export function isDue(snapshot: Snapshot, state: LayerState): boolean {
  const { model, split } = snapshot
  const route = blockRoute(model, split.targets.cols, state)
  const size: Record<BlockRoute, number> = {
    kronecker: Math.max(state.weight.rows, state.weight.cols),
    gram: model.classes * split.targets.cols,
    dense: state.weight.data.length,
    lanczos: Infinity,
  }
  return size[route] <= CHEAP_SIZE || isSparseStep(snapshot)
}

const blocks = new WeakMap<Snapshot, Map<number, Promise<LayerBlock>>>()

/** The block of one layer, decomposed once per snapshot however many probes ask for it. */
export function layerBlock(snapshot: Snapshot, state: LayerState, signal: AbortSignal): Promise<LayerBlock> {
  const known = blocks.get(snapshot) ?? new Map<number, Promise<LayerBlock>>()
  blocks.set(snapshot, known)
  const block = known.get(state.layer) ?? decompose(snapshot, state, signal)
  known.set(state.layer, block)
  return block
}

async function decompose(snapshot: Snapshot, state: LayerState, signal: AbortSignal): Promise<LayerBlock> {
  signal.throwIfAborted()
  const { model, split } = snapshot
  const request: BlockRequest = {
    snapshot,
    state,
    weight: weightName(model, state.layer),
    outliers: Math.min(outlierCount(model), state.weight.data.length),
    signal,
  }
  const decomposers = { kronecker: kroneckerBlock, gram: gramBlock, dense: denseBlock, lanczos: lanczosBlock }
  return decomposers[blockRoute(model, split.targets.cols, state)](request)
}

/** Name of the weight matrix of a layer. */
export function weightName(model: Model, layer: number): string {
  const found = model.parameters.find((parameter) => parameter.kind === 'weight' && parameter.layer === layer)
  if (!found) throw new LabError('internal', `layerBlock: the model has no weight matrix in layer ${layer}.`, { layer })
  return found.name
}

/** Eigenvalues below this fraction of the largest are zero to rounding: a few digits above the precision's epsilon. */
const NOISE = { float64: 1e-10, float32: 1e-6 } as const

/**
 * Eigenvectors of the outliers: of the `count` largest eigenvalues, without those that are zero to rounding.
 *
 * Where a state uses fewer directions than theory counts, the eigenvectors of the zeros are arbitrary and what lies
 * along them says nothing.
 */
export function* outlierVectors(block: LayerBlock, count: number): Generator<Float64Array> {
  const floor = NOISE[block.meta.dtype] * (block.eigenvalues[0] ?? 0)
  for (let r = 0; r < Math.min(count, block.vectors) && block.eigenvalues[r]! > floor; r++) yield block.eigenvector(r)
}
