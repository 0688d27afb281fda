import type { Random } from '../compute/rng/random'
import type { Batch, Forward, Split } from '../core/model'
import type { Node } from '../compute/graph/node'
import { miniBatches, type Batches } from './batches'
import type { ModelState } from './modelState'

/** What a training step sees of the data. */
export interface BatchFeed {
  readonly forward: Forward
  /** Loads the samples of a step, counted from 0. */
  load(step: number): void
}

/** All samples in every step, or mini-batches of a size in the order that a stream draws. */
export function batchFeed(state: ModelState, size: number | null, order: Random): BatchFeed {
  if (size === null) return { forward: state.forward, load: () => {} }
  const batches: Batches = miniBatches(state.split, size, order)
  const nodes = miniBatchNodes(state, size)
  const { workspace } = state
  return {
    forward: state.forwardOn(nodes),
    load(step) {
      batches.load(step)
      if (nodes.inputs && batches.inputs) workspace.write(nodes.inputs, batches.inputs)
      workspace.write(nodes.targets, batches.targets)
    },
  }
}

/** Inputs of the graph for mini-batches of the training set. */
export function miniBatchNodes(state: ModelState, size: number): Batch<Node> {
  const { inputs, targets }: Split = state.split
  return state.batchNodes(inputs && [inputs.rows, size], [targets.rows, size])
}
