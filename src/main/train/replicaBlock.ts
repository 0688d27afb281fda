import { sizeOf, type Node } from '../compute/graph/node'
import { replicate } from '../compute/graph/replicate'
import { compile, type Program } from '../compute/program/compile'
import type { Batch } from '../core/model'
import type { Batches } from './batches'
import { ReplicaCoefficients } from './coefficients'
import type { ModelState } from './modelState'
import { optimiserFor } from './optimiser'
import type { Replica } from './replica'

/** A replica inside a block: which one it is, and the mini-batches of its own if it has some. */
export interface Member {
  readonly index: number
  readonly replica: Replica
  readonly batches: Batches | null
}

/** What a step of one replica computes, to be replicated. */
export interface StepGraph {
  readonly state: ModelState
  /** Of the data loss in each trained parameter. */
  readonly gradients: readonly Node[]
  /** The inputs that hold mini-batches of each replica's own; null where all see the same samples. */
  readonly ownBatch: Batch<Node> | null
}

/** Everything a replica's next step depends on: values of the parameters and of the optimiser's state. */
export type ReplicaState = readonly Float64Array[]

/** Some replicas that train as one program. Which ones share a block changes no bit of any. */
export class ReplicaBlock {
  readonly #program: Program
  readonly #coefficients: ReplicaCoefficients
  /** Stacked parameters, then the optimiser's state. */
  readonly #stateNodes: readonly Node[]
  readonly #feeds: readonly StackedFeed[]
  readonly #rates: Float64Array

  constructor(
    readonly step: StepGraph,
    readonly members: readonly Member[],
  ) {
    const { state, gradients, ownBatch } = step
    const { graph, workspace, model } = state
    const count = members.length
    const stackOf = ({ shape }: Node, name: string): Node => graph.input(`${name} of replicas`, [count, ...shape])
    const stacked = state.parameterNodes.map((node, i) => stackOf(node, model.parameters[i]?.name ?? ''))
    const replicas = new Map(state.parameterNodes.map((node, i) => [node, stacked[i] ?? node]))
    this.#feeds = stackedFeeds(ownBatch, stackOf, members)
    for (const { single, node } of this.#feeds) replicas.set(single, node)
    this.#coefficients = new ReplicaCoefficients(count, graph, workspace)
    const stackedGradients = replicate(gradients, count, replicas)
    const optimised = state.trained.flatMap(({ index, rateFactor }, i) => {
      const [node, gradient] = [stacked[index], stackedGradients[i]]
      const weightDecays = members.map(({ replica }) => decaysOf(replica, state)[index] ?? 0)
      return node && gradient ? [{ node, gradient, weightDecays, rateFactor }] : []
    })
    const momenta = members.map(({ replica }) => replica.momentum)
    const { updates, state: velocities } = optimiserFor(graph, optimised, momenta, this.#coefficients)
    this.#stateNodes = [...stacked, ...velocities]
    for (const node of this.#stateNodes) workspace.bufferOf(node)
    this.#rates = new Float64Array(count)
    this.#program = compile(workspace, { updates })
  }

  get peakBytes(): number {
    return this.#program.peakBytes
  }

  /** Of all members, in their order; the optimiser's state may be missing, and is then zero. */
  load(states: readonly ReplicaState[]): void {
    this.#stateNodes.forEach((node, i) => {
      const size = sizeOf(node.shape) / states.length
      const values = new Float64Array(sizeOf(node.shape))
      states.forEach((state, r) => {
        const own = state[i]
        if (own) values.set(own, r * size)
      })
      this.step.state.workspace.write(node, values)
    })
  }

  /** Of all members, in their order: parameters, then the optimiser's state. */
  async read(): Promise<ReplicaState[]> {
    const stacks = await Promise.all(this.#stateNodes.map((node) => this.step.state.workspace.read(node)))
    const count = this.members.length
    return this.members.map((_, r) =>
      stacks.map((values) => values.subarray((r * values.length) / count, ((r + 1) * values.length) / count)),
    )
  }

  freeze(member: number): void {
    this.#coefficients.freeze(member)
  }

  isFrozen(member: number): boolean {
    return this.#coefficients.isFrozen(member)
  }

  advance(step: number): void {
    for (let r = 0; r < this.members.length; r++) this.#rates[r] = this.members[r]!.replica.learningRate(step)
    this.#coefficients.setLearningRates(this.#rates)
    if (this.#feeds.length > 0) this.#loadBatches()
    this.#program.run()
  }

  dispose(): void {
    this.#program.dispose()
    const { workspace } = this.step.state
    const feeds = this.#feeds.map(({ node }) => node)
    for (const node of [...this.#stateNodes, ...this.#coefficients.nodes, ...feeds]) workspace.release(node)
  }

  #loadBatches(): void {
    this.members.forEach(({ batches }, r) => {
      if (!batches || this.isFrozen(r)) return
      batches.next()
      for (const { values, of } of this.#feeds) {
        const own = of(batches)
        if (own) values.set(own, r * own.length)
      }
    })
    for (const { node, values } of this.#feeds) this.step.state.workspace.write(node, values)
  }
}

/** λ of each parameter of a replica. */
export function decaysOf({ weightDecays }: Replica, { model }: ModelState): readonly number[] {
  return weightDecays ?? model.parameters.map(({ weightDecay }) => weightDecay)
}

/** Mini-batches of all members beside one another. */
interface StackedFeed {
  readonly single: Node
  readonly node: Node
  readonly values: Float64Array
  of(batches: Batches): Float64Array | null
}

function stackedFeeds(
  ownBatch: Batch<Node> | null,
  stackOf: (node: Node, name: string) => Node,
  members: readonly Member[],
): StackedFeed[] {
  const feed = (single: Node, name: string, of: StackedFeed['of']): StackedFeed => ({
    single,
    node: stackOf(single, name),
    values: new Float64Array(sizeOf(single.shape) * members.length),
    of,
  })
  if (!ownBatch) return []
  const targets = feed(ownBatch.targets, 'targets', (batches) => batches.targets)
  return ownBatch.inputs ? [targets, feed(ownBatch.inputs, 'inputs', (batches) => batches.inputs)] : [targets]
}
