import type { Backend } from '../compute/backends/backend'
import type { Random } from '../compute/rng/random'
import type { Checkpoint } from '../core/checkpoint'
import type { Dataset, Model } from '../core/model'
import type { ParameterArrays, Snapshot } from '../core/snapshot'
import type { TrainingRecipe } from '../core/system'
import { batchFeed, type BatchFeed } from './batchFeed'
import { ModelState } from './modelState'
import { RunCoefficients } from './coefficients'
import { optimiserFor } from './optimiser'
import type { NamedNode, Optimiser } from './optimisers/parts'
import { StateSnapshot } from './snapshot'
import { StatePrograms } from './statePrograms'
import { StepPreview } from './stepPreview'
import { compileStep, type StepProgram } from './stepProgram'
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
  readonly #program: StepProgram
  readonly #feed: BatchFeed
  /** What a step changes: parameters, then the optimiser's state. */
  readonly #changing: readonly NamedNode[]
  readonly #stages: Optimiser['stages']
  #preview: StepPreview | null = null
  #step = 0

  constructor(readonly options: TrainingOptions) {
    const { model, data, initial, recipe, backend, random } = options
    this.#state = new ModelState(model, data.train, backend)
    this.#coefficients = new RunCoefficients(backend.dtype)
    this.#programs = new StatePrograms(this.#state, data.test)
    this.#state.load(initial)
    this.#feed = batchFeed(this.#state, recipe, random.derive('batches'))
    const gradients = this.#state.gradientsOf(this.#feed.forward)
    const parameters = this.#state.trained.flatMap(({ weightDecay, ...rest }, i) => {
      const gradient = gradients[i]
      return gradient ? [{ ...rest, gradient, weightDecays: [weightDecay] }] : []
    })
    const { graph, workspace } = this.#state
    const { logits } = this.#feed.forward
    const optimiser = optimiserFor([recipe.optimiser], { graph, parameters, logits, coefficients: this.#coefficients })
    this.#changing = [
      ...model.parameters.map(({ name }, i) => ({ name, node: this.#state.node(i) })),
      ...optimiser.state,
    ]
    for (const { node } of optimiser.state) workspace.bufferOf(node)
    this.#stages = optimiser.stages
    this.#program = compileStep(workspace, this.#stages)
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
    this.#prepare()
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
    const context = { step: this.#step, isLast, seed, initial, nextUpdate: () => this.#nextUpdate() }
    return new StateSnapshot(this.#programs, context)
  }

  dispose(): void {
    this.#preview?.dispose()
    this.#program.dispose()
    this.#programs.dispose()
    this.#state.dispose()
  }

  /** Coefficients and samples of the next step. */
  #prepare(): void {
    this.#coefficients.set(this.options.recipe.learningRate(this.#step), this.#step)
    this.#feed.load(this.#step)
  }

  async #nextUpdate(): Promise<ParameterArrays> {
    this.#preview ??= new StepPreview(this.#state.workspace, this.#stages)
    this.#prepare()
    const changes = await this.#preview.changesOf(this.#state.parameterNodes)
    return Object.fromEntries(this.options.model.parameters.map(({ name }, i) => [name, changes[i]!]))
  }
}
