import { reassociate } from '../compute/graph/reassociate'
import { grad } from '../compute/graph/transforms'
import type { Backend } from '../compute/backends/backend'
import { compile, type Program } from '../compute/program/compile'
import type { Random } from '../compute/rng/random'
import type { Dataset, Forward, Model } from '../core/model'
import type { ParameterArrays, Snapshot } from '../core/snapshot'
import type { TrainingRecipe } from '../core/system'
import { miniBatches, type Batches } from './batches'
import { ModelState } from './modelState'
import { gradientDescent, heavyBall, type Optimiser } from './optimiser'
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
}

/** One model being trained, step by step. Snapshots may be taken between steps; they change nothing. */
export class Training {
  readonly #state: ModelState
  readonly #programs: StatePrograms
  readonly #optimiser: Optimiser
  readonly #program: Program
  readonly #loadBatch: () => void
  #step = 0

  constructor(readonly options: TrainingOptions) {
    const { model, data, initial, recipe, backend, random } = options
    this.#state = new ModelState(model, data.train, backend)
    this.#programs = new StatePrograms(this.#state, data.test)
    this.#state.load(initial)
    const { forward, loadBatch } = this.#batches(recipe.batchSize, random)
    this.#loadBatch = loadBatch
    this.#optimiser = this.#makeOptimiser(forward, recipe.momentum)
    for (const node of this.#optimiser.state) this.#state.workspace.bufferOf(node)
    this.#program = compile(this.#state.workspace, { updates: this.#optimiser.updates })
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
    this.#optimiser.setLearningRate(this.options.recipe.learningRate(this.#step))
    this.#loadBatch()
    this.#program.run()
    this.#step++
  }

  /** Valid until the next step. */
  snapshot(isLast = false): Snapshot {
    return new StateSnapshot(this.#programs, this.#step, isLast, this.options.seed)
  }

  dispose(): void {
    this.#program.dispose()
    this.#programs.dispose()
    this.#state.dispose()
  }

  #batches(size: number | null, random: Random): { forward: Forward; loadBatch: () => void } {
    const { train } = this.options.data
    if (size === null) return { forward: this.#state.forward, loadBatch: () => {} }
    const batches: Batches = miniBatches(train, size, random.derive('batches'))
    const nodes = this.#state.batchNodes(train.inputs && [train.inputs.rows, size], [train.targets.rows, size])
    const { workspace } = this.#state
    return {
      forward: this.#state.forwardOn(nodes),
      loadBatch() {
        batches.next()
        if (nodes.inputs && batches.inputs) workspace.write(nodes.inputs, batches.inputs)
        workspace.write(nodes.targets, batches.targets)
      },
    }
  }

  #makeOptimiser(forward: Forward, momentum: number): Optimiser {
    const { graph, model, parameterNodes } = this.#state
    const trained = model.parameters.flatMap(({ weightDecay, rateFactor = 1 }, i) => {
      const node = parameterNodes[i]
      return node && rateFactor !== 0 ? [{ node, weightDecay, rateFactor }] : []
    })
    const gradients = grad(
      reassociate(forward.dataLoss),
      trained.map(({ node }) => node),
    )
    const optimised = trained.flatMap((parameter, i) =>
      gradients[i] ? [{ ...parameter, gradient: gradients[i] }] : [],
    )
    return momentum === 0 ? gradientDescent(optimised) : heavyBall(graph, optimised, momentum)
  }
}
