import { sizeOf, type Node, type Shape } from '../compute/graph/node'
import { replicate } from '../compute/graph/replicate'
import { compile, type Program } from '../compute/program/compile'
import type { Batch } from '../core/model'
import type { ParameterArrays } from '../core/snapshot'
import type { Batches } from './batches'
import { ReplicaCoefficients } from './coefficients'
import type { ModelState } from './modelState'
import { optimiserFor, type NamedNode } from './optimiser'
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

/** Everything a replica's next step depends on: values of the parameters and of the optimiser's state, by name. */
export type ReplicaState = ParameterArrays

/** An array of a replica's state. */
export interface NamedShape {
  readonly name: string
  readonly shape: Shape
}

/** Some replicas that train as one program. Which ones share a block changes no bit of any. */
export class ReplicaBlock {
  readonly #program: Program
  readonly #coefficients: ReplicaCoefficients
  /** Stacked parameters, then the optimiser's state. */
  readonly #changing: readonly NamedNode[]
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
    const optimised = state.trained.flatMap(({ index, name, rateFactor }, i) => {
      const [node, gradient] = [stacked[index], stackedGradients[i]]
      const weightDecays = members.map(({ replica }) => decaysOf(replica, state)[index] ?? 0)
      return node && gradient ? [{ name, node, gradient, weightDecays, rateFactor }] : []
    })
    const momenta = members.map(({ replica }) => replica.momentum)
    const { updates, state: own } = optimiserFor(graph, optimised, momenta, this.#coefficients)
    this.#changing = [...stacked.map((node, i) => ({ name: model.parameters[i]?.name ?? '', node })), ...own]
    for (const { node } of this.#changing) workspace.bufferOf(node)
    this.#rates = new Float64Array(count)
    this.#program = compile(workspace, { updates })
  }

  get peakBytes(): number {
    return this.#program.peakBytes
  }

  /** What each array of a replica's state is called, and its shape without the replicas. */
  get stateShapes(): readonly NamedShape[] {
    return this.#changing.map(({ name, node }) => ({ name, shape: node.shape.slice(1) }))
  }

  /** Of all members, in their order; the optimiser's state may be missing, and is then zero. */
  load(states: readonly ReplicaState[]): void {
    for (const { name, node } of this.#changing) {
      const size = sizeOf(node.shape) / states.length
      const values = new Float64Array(sizeOf(node.shape))
      states.forEach((state, r) => {
        const own = state[name]
        if (own) values.set(own, r * size)
      })
      this.step.state.workspace.write(node, values)
    }
  }

  /** Of all members, in their order. */
  async read(): Promise<ReplicaState[]> {
    const stacks = await Promise.all(this.#changing.map(({ node }) => this.step.state.workspace.read(node)))
    const count = this.members.length
    return this.members.map((_, r) => {
      const own = stacks.map((values) =>
        values.subarray((r * values.length) / count, ((r + 1) * values.length) / count),
      )
      return Object.fromEntries(this.#changing.map(({ name }, i) => [name, own[i] ?? new Float64Array()]))
    })
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
    if (this.#feeds.length > 0) this.#loadBatches(step)
    this.#program.run()
  }

  dispose(): void {
    this.#program.dispose()
    const { workspace } = this.step.state
    const feeds = this.#feeds.map(({ node }) => node)
    for (const node of [...this.#changing.map((changing) => changing.node), ...this.#coefficients.nodes, ...feeds])
      workspace.release(node)
  }

  #loadBatches(step: number): void {
    this.members.forEach(({ batches }, r) => {
      if (!batches || this.isFrozen(r)) return
      batches.load(step)
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
