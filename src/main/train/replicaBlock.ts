import { sizeOf, type Node, type Shape } from '../compute/graph/node'
import { replicate } from '../compute/graph/replicate'
import type { Update } from '../compute/program/updates'
import type { Batch } from '../core/model'
import type { ParameterArrays } from '../core/snapshot'
import type { Batches } from './batches'
import { ReplicaCoefficients } from './coefficients'
import type { ModelState } from './modelState'
import { optimiserFor } from './optimiser'
import type { NamedNode, Optimiser } from './optimisers/parts'
import type { Replica } from './replica'
import { StepPreview } from './stepPreview'
import { compileStep, type StepProgram } from './stepProgram'

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
  readonly logits: Node
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
  readonly #program: StepProgram
  readonly #coefficients: ReplicaCoefficients
  /** Stacked parameters, then the optimiser's state. */
  readonly #changing: readonly NamedNode[]
  readonly #scratch: readonly Node[]
  readonly #feeds: readonly StackedFeed[]
  readonly #rates: Float64Array
  readonly #stages: Optimiser['stages']
  #preview: StepPreview | null = null
  /** The updates of a step, asked for by one member after the other. */
  #previewed: { readonly step: number; readonly updates: Promise<ParameterArrays[]> } | null = null

  constructor(
    readonly step: StepGraph,
    readonly members: readonly Member[],
  ) {
    const { state, gradients, logits, ownBatch } = step
    const { graph, workspace, model } = state
    const count = members.length
    const stackOf = ({ shape }: Node, name: string): Node => graph.input(`${name} of replicas`, [count, ...shape])
    this.#coefficients = new ReplicaCoefficients(count, graph, workspace)
    this.#feeds = stackedFeeds(ownBatch, stackOf, members)
    const parameters = state.trained.flatMap(({ index, weightDecay: _, ...rest }, i) => {
      const gradient = gradients[i]
      const weightDecays = members.map(({ replica }) => decaysOf(replica, state)[index] ?? 0)
      return gradient ? [{ ...rest, gradient, weightDecays }] : []
    })
    const optimiser = optimiserFor(
      members.map(({ replica }) => replica.optimiser),
      { graph, parameters, logits, coefficients: this.#coefficients },
    )
    const single = [
      ...state.parameterNodes.map((node, i) => ({ name: model.parameters[i]?.name ?? '', node })),
      ...optimiser.state,
    ]
    this.#changing = single.map(({ name, node }) => ({ name, node: stackOf(node, name) }))
    this.#scratch = optimiser.scratch.map((node) => stackOf(node, 'scratch'))
    for (const node of this.#inputs()) workspace.bufferOf(node)
    this.#rates = new Float64Array(count)
    const stacks = new Map<Node, Node>([
      ...single.map(({ node }, i) => [node, this.#changing[i]!.node] as const),
      ...optimiser.scratch.map((node, i) => [node, this.#scratch[i]!] as const),
      ...this.#feeds.map((feed) => [feed.single, feed.node] as const),
    ])
    this.#stages = optimiser.stages.map((updates) => replicatedUpdates(updates, count, stacks))
    this.#program = compileStep(workspace, this.#stages)
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
    this.#previewed = null
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
    return this.#perMember(this.#changing, stacks)
  }

  /** The parts of stacked values, for each member by name. */
  #perMember(named: readonly NamedNode[], stacks: readonly Float64Array[]): ParameterArrays[] {
    const count = this.members.length
    return this.members.map((_, r) => {
      const own = stacks.map((values) =>
        values.subarray((r * values.length) / count, ((r + 1) * values.length) / count),
      )
      return Object.fromEntries(named.map(({ name }, i) => [name, own[i] ?? new Float64Array()]))
    })
  }

  freeze(member: number): void {
    this.#coefficients.freeze(member)
  }

  isFrozen(member: number): boolean {
    return this.#coefficients.isFrozen(member)
  }

  advance(step: number): void {
    this.#prepare(step)
    this.#program.run()
  }

  /** What each member's optimiser is about to add to its parameters. */
  nextUpdates(step: number): Promise<ParameterArrays[]> {
    if (this.#previewed?.step !== step) this.#previewed = { step, updates: this.#previewUpdates(step) }
    return this.#previewed.updates
  }

  async #previewUpdates(step: number): Promise<ParameterArrays[]> {
    const { workspace, model } = this.step.state
    this.#preview ??= new StepPreview(workspace, this.#stages)
    this.#prepare(step)
    const parameters = this.#changing.slice(0, model.parameters.length)
    const stacks = await this.#preview.changesOf(parameters.map(({ node }) => node))
    return this.#perMember(parameters, stacks)
  }

  /** Coefficients and samples of a step. */
  #prepare(step: number): void {
    for (let r = 0; r < this.members.length; r++) this.#rates[r] = this.members[r]!.replica.learningRate(step)
    this.#coefficients.set(this.#rates, step)
    if (this.#feeds.length > 0) this.#loadBatches(step)
  }

  dispose(): void {
    this.#preview?.dispose()
    this.#program.dispose()
    const { workspace } = this.step.state
    for (const node of [...this.#inputs(), ...this.#coefficients.nodes]) workspace.release(node)
  }

  /** All inputs of its own, but for the coefficients. */
  #inputs(): Node[] {
    return [...this.#changing.map(({ node }) => node), ...this.#scratch, ...this.#feeds.map(({ node }) => node)]
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

/** The updates of one run as those of all replicas: on the stacks that take the place of its inputs. */
function replicatedUpdates(updates: readonly Update[], count: number, stacks: ReadonlyMap<Node, Node>): Update[] {
  const sources = replicate(
    updates.map(({ source }) => source),
    count,
    stacks,
  )
  return updates.map((update, i) => ({
    ...update,
    target: stacks.get(update.target) ?? update.target,
    source: sources[i] ?? update.source,
  }))
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
