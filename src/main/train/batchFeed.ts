import type { Random } from '../compute/rng/random'
import type { Batch, Forward } from '../core/model'
import type { Node } from '../compute/graph/node'
import { batchesOf, type Batches, type Sampling } from './batches'
import type { ModelState } from './modelState'

/** What a training step sees of the data. */
export interface BatchFeed {
  readonly forward: Forward
  /** Loads the samples of a step, counted from 0. */
  load(step: number): void
}

/** All samples in every step, or batches that a stream chooses or draws. */
export function batchFeed(state: ModelState, sampling: Sampling, order: Random): BatchFeed {
  const batches = batchesOf(state.split, sampling, order)
  if (!batches) return { forward: state.forward, load: () => {} }
  const nodes = batchNodes(state, batches)
  return {
    forward: state.forwardOn(nodes),
    load(step) {
      batches.load(step)
      writeBatch(state, nodes, batches)
    },
  }
}

export function writeBatch({ workspace }: ModelState, nodes: Batch<Node>, { inputs, targets }: Batches): void {
  if (nodes.inputs && inputs) workspace.write(nodes.inputs, inputs)
  workspace.write(nodes.targets, targets)
}

/** Inputs of the graph for batches like these. */
export function batchNodes(state: ModelState, { targets }: Batches): Batch<Node> {
  const { split } = state
  const size = targets.length / split.targets.rows
  return state.batchNodes(split.inputs && [split.inputs.rows, size], [split.targets.rows, size])
}
