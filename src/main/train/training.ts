import type { Backend } from '../compute/backends/backend'
import { compile, type Program } from '../compute/program/compile'
import type { Random } from '../compute/rng/random'
import type { Checkpoint } from '../core/checkpoint'
import type { Dataset, Model } from '../core/model'
import type { ParameterArrays, Snapshot } from '../core/snapshot'
import type { TrainingRecipe } from '../core/system'
import { batchFeed, type BatchFeed } from './batchFeed'
import { ModelState } from './modelState'
import { RunCoefficients } from './coefficients'
import { optimiserFor, type NamedNode } from './optimiser'
import { StateSnapshot } from './snapshot'
import { StatePrograms } from './statePrograms'
import { checkpointArray, checkpointValues } from './checkpointArrays'

export interface TrainingOptions {
  readonly model: Model
  readonly data: Dataset
  readonly initial: ParameterArrays
  readonly recipe: TrainingRecipe
  readonly backend: Backend
  /** Streams of this run: the order of mini-batches. */
  readonly random: Random
  /** Handed to snapshots for randomised estimates. */
  readonly seed: number
}

/** One model being trained, step by step. Snapshots may be taken between steps; they change nothing. */
export class Training {
  readonly #state: ModelState
  readonly #programs: StatePrograms
  readonly #coefficients: RunCoefficients
  readonly #program: Program
  readonly #feed: BatchFeed
  /** What a step changes: parameters, then the optimiser's state. */
  readonly #changing: readonly NamedNode[]
  #step = 0

  constructor(readonly options: TrainingOptions) {
    const { model, data, initial, recipe, backend, random } = options
    this.#state = new ModelState(model, data.train, backend)
    this.#coefficients = new RunCoefficients(backend.dtype)
    this.#programs = new StatePrograms(this.#state, data.test)
    this.#state.load(initial)
    this.#feed = batchFeed(this.#state, recipe.batchSize, random.derive('batches'))
    const gradients = this.#state.gradientsOf(this.#feed.forward)
    const optimised = this.#state.trained.flatMap(({ name, node, weightDecay, rateFactor }, i) => {
      const gradient = gradients[i]
      return gradient ? [{ name, node, gradient, weightDecays: [weightDecay], rateFactor }] : []
    })
    const { graph, workspace } = this.#state
    const { updates, state } = optimiserFor(graph, optimised, [recipe.momentum], this.#coefficients)
    for (const { node } of state) workspace.bufferOf(node)
    this.#changing = [...model.parameters.map(({ name }, i) => ({ name, node: this.#state.node(i) })), ...state]
    this.#program = compile(workspace, { updates })
  }

  /** Steps taken so far. */
  get step(): number {
    return this.#step
  }

  /** Memory of one training step beside parameters and data. */
  get peakBytes(): number {
    return this.#program.peakBytes
  }

  advance(): void {
    this.#coefficients.setLearningRate(this.options.recipe.learningRate(this.#step))
    this.#feed.load(this.#step)
    this.#program.run()
    this.#step++
  }

  /** Everything that the steps from here on depend on beside the options. */
  async checkpoint(): Promise<Checkpoint> {
    const { workspace } = this.#state
    const arrays = this.#changing.map(async ({ name, node }) =>
      checkpointArray(name, node.shape, await workspace.read(node), workspace.backend.dtype),
    )
    return { step: this.#step, arrays: await Promise.all(arrays) }
  }

  /**
   * Goes on where a training with the same options was: every later step has the same bits.
   * @throws LabError 'shape' if the checkpoint is not one of this model, optimiser and precision
   */
  resume(checkpoint: Checkpoint): void {
    const { workspace } = this.#state
    const { dtype } = workspace.backend
    const values = this.#changing.map(({ name, node }) => checkpointValues(checkpoint, name, node.shape, dtype))
    values.forEach((given, i) => workspace.write(this.#changing[i]!.node, given))
    this.#step = checkpoint.step
  }

  /** Valid until the next step. */
  snapshot(isLast = false): Snapshot {
    const { seed, initial } = this.options
    return new StateSnapshot(this.#programs, { step: this.#step, isLast, seed, initial })
  }

  dispose(): void {
    this.#program.dispose()
    this.#programs.dispose()
    this.#state.dispose()
  }
}
