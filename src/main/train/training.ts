import type { Backend } from '../compute/backends/backend'
import type { Random } from '../compute/rng/random'
import type { Checkpoint } from '../core/checkpoint'
import type { Dataset, Model } from '../core/model'
import type { ParameterArrays, Snapshot } from '../core/snapshot'
import type { TrainingRecipe } from '../core/system'
import { batchFeed, type BatchFeed } from './batchFeed'
import { compressSamples, type SampleCompression } from './sampleCompression'
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
  /** 'on': step on fewer columns than samples wherever that is exact; 'auto': see `compressSamples`. */
  readonly sampleCompression?: 'auto' | 'on' | 'off'
}

/** One model being trained, step by step. Snapshots may be taken between steps; they change nothing. */
export class Training {
  /** Null where steps see every sample. */
  readonly compression: SampleCompression | null
  readonly #state: ModelState
  readonly #programs: StatePrograms
  readonly #coefficients: RunCoefficients
  readonly #program: StepProgram
  readonly #feed: BatchFeed
  /** What a step changes: parameters, what steps in their place, then the optimiser's state. */
  readonly #changing: readonly NamedNode[]
  readonly #stages: Optimiser['stages']
  #preview: StepPreview | null = null
  #step = 0

  constructor(readonly options: TrainingOptions) {
    const { model, data, initial, recipe, backend, random, sampleCompression = 'auto' } = options
    this.#state = new ModelState(model, data.train, backend)
    this.#coefficients = new RunCoefficients(backend.dtype)
    this.#programs = new StatePrograms(this.#state, data.test)
    this.#state.load(initial)
    this.#feed = batchFeed(this.#state, recipe, random.derive('batches'))
    this.compression =
      sampleCompression === 'off' ? null : compressSamples(this.#state, initial, recipe, sampleCompression)
    const gradients = this.compression?.gradients ?? this.#state.gradientsOf(this.#feed.forward)
    const parameters = this.#state.trained.flatMap(({ weightDecay, node, ...rest }, i) => {
      const gradient = gradients[i]
      const stepped = this.compression?.steppedNode(node) ?? node
      return gradient ? [{ ...rest, node: stepped, gradient, weightDecays: [weightDecay] }] : []
    })
    const { graph, workspace } = this.#state
    const { logits } = this.#feed.forward
    const optimiser = optimiserFor([recipe.optimiser], { graph, parameters, logits, coefficients: this.#coefficients })
    const compressed = this.compression?.features?.compressed
    this.#changing = [
      ...model.parameters.map(({ name }, i) => ({ name, node: this.#state.node(i) })),
      ...(compressed ? [{ name: 'compressed features', node: compressed }] : []),
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
    this.#expand()
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
    this.#expand()
    const { seed, initial } = this.options
    const context = { step: this.#step, isLast, seed, initial, nextUpdate: () => this.#nextUpdate() }
    return new StateSnapshot(this.#programs, context)
  }

  /** Before the first step the parameters are the given ones, to the bit. */
  #expand(): void {
    if (this.#step > 0) this.compression?.expand()
  }

  dispose(): void {
    this.#preview?.dispose()
    this.#program.dispose()
    this.compression?.dispose()
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
    const { compression } = this
    const nodes = this.#state.parameterNodes
    const changes = await this.#preview.changesOf(nodes.map((node) => compression?.steppedNode(node) ?? node))
    const whole = nodes.map((node, i) => compression?.wholeChange(node, changes[i]!) ?? changes[i]!)
    return Object.fromEntries(this.options.model.parameters.map(({ name }, i) => [name, whole[i]!]))
  }
}
