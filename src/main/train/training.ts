import type { Backend } from '../compute/backends/backend'
import { compile, type Program } from '../compute/program/compile'
import type { Random } from '../compute/rng/random'
import type { Dataset, Model } from '../core/model'
import type { ParameterArrays, Snapshot } from '../core/snapshot'
import type { TrainingRecipe } from '../core/system'
import { batchFeed, type BatchFeed } from './batchFeed'
import { compressSamples, type SampleCompression } from './sampleCompression'
import { ModelState } from './modelState'
import { RunCoefficients } from './coefficients'
import { optimiserFor } from './optimiser'
import { StateSnapshot } from './snapshot'
import { StatePrograms } from './statePrograms'

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
  /** 'auto': step on fewer columns than samples where that is exact; see SampleCompression. */
  readonly sampleCompression?: 'auto' | 'off'
}

/** One model being trained, step by step. Snapshots may be taken between steps; they change nothing. */
export class Training {
  /** Null where steps see every sample. */
  readonly compression: SampleCompression | null
  readonly #state: ModelState
  readonly #programs: StatePrograms
  readonly #coefficients: RunCoefficients
  readonly #program: Program
  readonly #feed: BatchFeed
  #step = 0

  constructor(readonly options: TrainingOptions) {
    const { model, data, initial, recipe, backend, random, sampleCompression = 'auto' } = options
    this.#state = new ModelState(model, data.train, backend)
    this.#coefficients = new RunCoefficients(backend.dtype)
    this.#programs = new StatePrograms(this.#state, data.test)
    this.#state.load(initial)
    this.#feed = batchFeed(this.#state, recipe.batchSize, random.derive('batches'))
    this.compression = sampleCompression === 'auto' ? compressSamples(this.#state, initial, recipe) : null
    const gradients = this.compression?.gradients ?? this.#state.gradientsOf(this.#feed.forward)
    const optimised = this.#state.trained.flatMap(({ node, weightDecay, rateFactor }, i) => {
      const gradient = gradients[i]
      const stepped = this.compression?.steppedNode(node) ?? node
      return gradient ? [{ node: stepped, gradient, weightDecays: [weightDecay], rateFactor }] : []
    })
    const { graph, workspace } = this.#state
    const { updates, state } = optimiserFor(graph, optimised, [recipe.momentum], this.#coefficients)
    for (const node of state) workspace.bufferOf(node)
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
    this.#feed.next()
    this.#program.run()
    this.#step++
  }

  /** Valid until the next step. */
  snapshot(isLast = false): Snapshot {
    // Before the first step the parameters are the given ones, to the bit.
    if (this.#step > 0) this.compression?.expand()
    return new StateSnapshot(this.#programs, this.#step, isLast, this.options.seed)
  }

  dispose(): void {
    this.#program.dispose()
    this.compression?.dispose()
    this.#programs.dispose()
    this.#state.dispose()
  }
}
