import { LabError } from '#shared/errors'
import type { Backend } from '../compute/backends/backend'
import { sizeOf } from '../compute/graph/node'
import type { Random } from '../compute/rng/random'
import type { Checkpoint } from '../core/checkpoint'
import type { Dataset, Model } from '../core/model'
import type { ParameterArrays, Snapshot } from '../core/snapshot'
import type { SampleSource } from '../core/system'
import { batchFeed, batchNodes, type BatchFeed } from './batchFeed'
import { batchesOf } from './batches'
import { checkpointArray, checkpointValues } from './checkpointArrays'
import { ModelState } from './modelState'
import { programKey } from './optimiser'
import type { Replica } from './replica'
import { decaysOf, ReplicaBlock, type Member, type NamedShape, type ReplicaState, type StepGraph } from './replicaBlock'
import { StateSnapshot } from './snapshot'
import { StatePrograms } from './statePrograms'

export interface ReplicatedTrainingOptions {
  /** The same graph for all; weight decays may differ, see `Replica`. */
  readonly model: Model
  readonly data: Dataset
  readonly backend: Backend
  readonly replicas: readonly Replica[]
  /** Samples of a mini-batch; null for full-batch steps. */
  readonly batchSize: number | null
  /** As in the recipe of a run. */
  readonly freshSamples?: SampleSource
  /** The stream of mini-batches that all replicas see; null: each draws its own. */
  readonly sharedOrder: Random | null
  /** At most so many replicas in one program: a choice of speed that changes no number. By default, see BLOCK_BYTES. */
  readonly blockSize?: number
}

/**
 * Parameters of one block: half the second-level cache of a core, because each kernel passes over all replicas of a
 * block before the next one begins.
 */
const BLOCK_BYTES = 2 ** 19

/**
 * Many runs of one model on the same data, trained step by step as few programs. Each replica goes through the numbers
 * that it would go through alone on all samples (`sampleCompression` 'off'), to the bit, whatever becomes of the others.
 */
export class ReplicatedTraining {
  readonly #state: ModelState
  readonly #programs: StatePrograms
  readonly #feed: BatchFeed
  readonly #graph: StepGraph
  #blocks: readonly ReplicaBlock[]
  /** Replicas that were taken out of their blocks after they had stopped. */
  readonly #left = new Map<number, ReplicaState>()
  /** What each replica's state consists of, also after it was taken out. */
  readonly #shapes = new Map<number, readonly NamedShape[]>()
  readonly #stoppedAt = new Map<number, number>()
  /** What was read last; a step changes nothing else but the states, and stopping or regrouping replicas not even these. */
  #read: { readonly step: number; readonly states: ReadonlyMap<number, ReplicaState> } | null = null
  #step = 0

  /** @throws LabError 'bad-input' or 'shape' if there are no replicas or one of them does not fit the model */
  constructor(readonly options: ReplicatedTrainingOptions) {
    const { model, data, backend, replicas, sharedOrder } = options
    if (replicas.length === 0) throw new LabError('bad-input', 'Got no replicas to train; give at least one.')
    this.#state = new ModelState(model, data.train, backend)
    this.#programs = new StatePrograms(this.#state, data.test)
    const members = replicas.map((replica, index): Member => {
      const batches = sharedOrder ? null : batchesOf(data.train, options, replica.random.derive('batches'))
      return { index, replica, batches }
    })
    const [own = null] = members.map(({ batches }) => batches)
    const ownBatch = own && batchNodes(this.#state, own)
    this.#feed = sharedOrder
      ? batchFeed(this.#state, options, sharedOrder)
      : { forward: ownBatch ? this.#state.forwardOn(ownBatch) : this.#state.forward, load: () => {} }
    const { forward } = this.#feed
    this.#graph = {
      state: this.#state,
      gradients: this.#state.gradientsOf(forward),
      logits: forward.logits,
      ownBatch,
    }
    this.#blocks = this.#makeBlocks(members, ({ replica }) => this.#initialState(replica))
  }

  /** Steps taken so far by the replicas that have not stopped. */
  get step(): number {
    return this.#step
  }

  /** Steps taken by one replica. */
  stepOf(replica: number): number {
    return this.#stoppedAt.get(replica) ?? this.#step
  }

  /** Replicas that still train. */
  get running(): number {
    return this.options.replicas.length - this.#stoppedAt.size
  }

  /** Several steps at once let a block stay in the cache for all of them, unless all blocks must see one mini-batch. */
  advance(steps = 1): void {
    const together = this.options.sharedOrder ? 1 : steps
    for (let done = 0; done < steps; done += together) {
      this.#feed.load(this.#step)
      for (let i = 0; i < this.#blocks.length; i++) {
        for (let step = 0; step < together; step++) this.#blocks[i]!.advance(this.#step + step)
      }
      this.#step += together
    }
  }

  /** From now on this replica stays as it is, to the bit. */
  stop(replica: number): void {
    this.#checkIndex(replica)
    if (this.#stoppedAt.has(replica)) return
    this.#stoppedAt.set(replica, this.#step)
    for (const block of this.#blocks) {
      const member = block.members.findIndex(({ index }) => index === replica)
      if (member >= 0) block.freeze(member)
    }
  }

  /**
   * Takes stopped replicas out of the programs once they are most of them, so that they cost no time any more. Worth
   * calling at record points; the numbers do not depend on whether it is.
   */
  async compact(): Promise<void> {
    const members = this.#blocks.flatMap((block) => block.members)
    const going = members.filter(({ index }) => !this.#stoppedAt.has(index))
    if (going.length * 2 > members.length || going.length === members.length) return
    const states = await this.#states()
    for (const { index } of members) {
      const state = states.get(index)
      if (state && this.#stoppedAt.has(index)) this.#left.set(index, state)
    }
    for (const block of this.#blocks) block.dispose()
    this.#blocks = this.#makeBlocks(going, ({ index }) => states.get(index) ?? {})
  }

  /** Parameters of every replica, in their order. */
  async parameters(): Promise<ParameterArrays[]> {
    const states = await this.#states()
    return this.options.replicas.map((_, index) => this.#parametersOf(states.get(index) ?? {}))
  }

  /**
   * Of each replica (or of some), as `Training.checkpoint` of its run alone gives it: either can go on from what the
   * other left. One that has stopped keeps its own step.
   */
  async checkpoints(of: readonly number[] = [...this.options.replicas.keys()]): Promise<Checkpoint[]> {
    const { dtype } = this.options.backend
    const states = await this.#states()
    return of.map((index) => {
      const state = states.get(index) ?? {}
      const arrays = this.#shapesOf(index).map(({ name, shape }) =>
        checkpointArray(name, shape, (state[name] ?? new Float64Array()).slice(), dtype),
      )
      return { step: this.stepOf(index), arrays }
    })
  }

  /**
   * Goes on where a training of the same replicas was. Those whose step is behind the furthest had stopped there.
   * @throws LabError 'shape' if there is not one checkpoint of its kind for each replica
   */
  resume(checkpoints: readonly Checkpoint[]): void {
    const { replicas, backend } = this.options
    if (checkpoints.length !== replicas.length) {
      throw new LabError('shape', `Got ${checkpoints.length} checkpoints for ${replicas.length} replicas.`)
    }
    const states = checkpoints.map((checkpoint, index): ReplicaState => {
      const shapes = this.#shapesOf(index)
      return Object.fromEntries(
        shapes.map(({ name, shape }) => [name, checkpointValues(checkpoint, name, shape, backend.dtype)]),
      )
    })
    for (const block of this.#blocks) block.load(block.members.map(({ index }) => states[index] ?? {}))
    this.#read = null
    this.#step = Math.max(...checkpoints.map(({ step }) => step))
    checkpoints.forEach(({ step }, index) => {
      if (step === this.#step) return
      this.stop(index)
      this.#stoppedAt.set(index, step)
    })
  }

  /** One replica as probes see it. Valid until the next step and the next snapshot. */
  async snapshot(replica: number, isLast = false): Promise<Snapshot> {
    this.#checkIndex(replica)
    const { replicas, model } = this.options
    const own = replicas[replica]
    const state = (await this.#states()).get(replica)
    if (!own || !state) throw new LabError('internal', `Replica ${replica} is in no block.`)
    this.#state.load(state)
    const decays = decaysOf(own, this.#state)
    const parameters = model.parameters.map((parameter, i) => ({ ...parameter, weightDecay: decays[i] ?? 0 }))
    const { seed, initial } = own
    return new StateSnapshot(this.#programs, {
      step: this.stepOf(replica),
      isLast,
      seed,
      initial,
      nextUpdate: () => this.#nextUpdate(replica),
      model: { ...model, parameters },
    })
  }

  dispose(): void {
    for (const block of this.#blocks) block.dispose()
    this.#programs.dispose()
    this.#state.dispose()
  }

  /** Of all replicas, read once for each step: probes ask for one after the other. */
  async #states(): Promise<ReadonlyMap<number, ReplicaState>> {
    if (this.#read?.step === this.#step) return this.#read.states
    const states = new Map(this.#left)
    for (const block of this.#blocks) {
      const read = await block.read()
      block.members.forEach(({ index }, r) => states.set(index, read[r] ?? {}))
    }
    this.#read = { step: this.#step, states }
    return states
  }

  async #nextUpdate(replica: number): Promise<ParameterArrays> {
    const block = this.#blocks.find(({ members }) => members.some(({ index }) => index === replica))
    if (!block || this.#stoppedAt.has(replica)) {
      throw new LabError('degenerate', `Replica ${replica} has stopped: it has no next update.`)
    }
    this.#feed.load(this.#step)
    const updates = await block.nextUpdates(this.#step)
    return updates[block.members.findIndex(({ index }) => index === replica)]!
  }

  #makeBlocks(members: readonly Member[], stateOf: (member: Member) => ReplicaState): ReplicaBlock[] {
    const { blockSize = this.#defaultBlockSize() } = this.options
    const groups = [...Map.groupBy(members, ({ replica }) => programKey(replica.optimiser)).values()]
    return groups.flatMap((group) =>
      evenParts(group, blockSize).map((part) => {
        const block = new ReplicaBlock(this.#graph, part)
        block.load(part.map(stateOf))
        for (const { index } of part) this.#shapes.set(index, block.stateShapes)
        return block
      }),
    )
  }

  #defaultBlockSize(): number {
    const { model, backend } = this.options
    const numbers = model.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    return Math.max(1, Math.floor(BLOCK_BYTES / (numbers * (backend.dtype === 'float64' ? 8 : 4))))
  }

  #initialState({ initial, weightDecays }: Replica): ReplicaState {
    const { parameters } = this.options.model
    if (weightDecays && weightDecays.length !== parameters.length) {
      const given = `${weightDecays.length} weight decays for ${parameters.length} parameters`
      throw new LabError('bad-input', `A replica has ${given}; give one for each, in the order of the model.`)
    }
    for (const { name, shape } of parameters) {
      const values = initial[name]
      if (values?.length === sizeOf(shape)) continue
      const given = values ? `${values.length} numbers` : 'nothing'
      throw new LabError('shape', `A replica has ${given} for ${name}; expected [${shape.join(', ')}].`)
    }
    return initial
  }

  #parametersOf(state: ReplicaState): ParameterArrays {
    const { parameters } = this.options.model
    return Object.fromEntries(parameters.map(({ name }) => [name, state[name] ?? new Float64Array()]))
  }

  #shapesOf(replica: number): readonly NamedShape[] {
    return this.#shapes.get(replica) ?? []
  }

  #checkIndex(replica: number): void {
    const count = this.options.replicas.length
    if (Number.isInteger(replica) && replica >= 0 && replica < count) return
    throw new LabError('not-found', `There is no replica ${replica}; they are counted from 0 to ${count - 1}.`)
  }
}

/** As few parts as the limit allows, of about the same length. */
function evenParts<T>(list: readonly T[], limit: number): T[][] {
  const count = Math.ceil(list.length / limit)
  return Array.from({ length: count }, (_, i) =>
    list.slice(Math.round((i * list.length) / count), Math.round(((i + 1) * list.length) / count)),
  )
}
