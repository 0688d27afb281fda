import { LabError } from '#shared/errors'
import { sizeOf } from '../compute/graph/node'
import { matrix, type Matrix } from '../compute/matrix'
import type { LinearOperator } from '../core/linearOperator'
import type { LayerNodes, Model, ParameterSpec, Split } from '../core/model'
import type { HessianPart, LayerState, ParameterArrays, Snapshot } from '../core/snapshot'
import type { FedProgram, StatePrograms } from './statePrograms'

/** One parameter among those of a direction. */
interface DirectionPart {
  readonly name: string
  readonly size: number
  /** λ */
  readonly decay: number
}

/**
 * Directions of one pass of a Hessian over N samples. Measured: more than 8 save little more, and what is computed for
 * each of them should stay in the cache. A rule of the shape alone, so that the same state gives the same bits.
 */
function directionsTogether({ cols: N }: Matrix): number {
  return Math.min(32, Math.max(8, Math.floor(2 ** 14 / N)))
}

/** Columns start … start + size − 1 of the `count` rows in x; one row is not copied. */
function columnsOf(x: Float64Array, count: number, start: number, size: number): Float64Array {
  if (count === 1) return x.subarray(start, start + size)
  const n = x.length / count
  const taken = new Float64Array(count * size)
  for (let r = 0; r < count; r++) taken.set(x.subarray(r * n + start, r * n + start + size), r * size)
  return taken
}

/** What a snapshot knows beside the state on the device. */
export interface SnapshotContext {
  readonly step: number
  readonly isLast: boolean
  readonly seed: number
  /** As they were given. */
  readonly initial: ParameterArrays
  nextUpdate(): Promise<ParameterArrays>
  /** That of the state, or the same with other weight decays. */
  readonly model?: Model
}

/** The state of a model as probes see it; every quantity is computed once. */
export class StateSnapshot implements Snapshot {
  readonly model: Model
  readonly split: Split
  readonly testSplit: Split | null
  readonly dtype: 'float64' | 'float32'
  readonly step: number
  readonly isLast: boolean
  readonly seed: number
  readonly #kept = new Map<string, Promise<unknown>>()

  constructor(
    readonly programs: StatePrograms,
    readonly context: SnapshotContext,
  ) {
    const { split, backend } = programs.state
    this.model = context.model ?? programs.state.model
    this.step = context.step
    this.isLast = context.isLast
    this.seed = context.seed
    this.split = split
    this.testSplit = programs.testSplit
    this.dtype = backend.dtype
  }

  parameters(): Promise<ParameterArrays> {
    return this.#once('parameters', async () => {
      const { state } = this.programs
      const values = await Promise.all(state.parameterNodes.map((node) => state.workspace.read(node)))
      return byName(this.model.parameters, values)
    })
  }

  initialParameters(): ParameterArrays {
    const { initial } = this.context
    if (this.dtype === 'float64') return initial
    const rounded = Object.entries(initial).map(([name, values]) => [name, values.map(Math.fround)])
    return Object.fromEntries(rounded)
  }

  nextUpdate(): Promise<ParameterArrays> {
    return this.#once('nextUpdate', () => this.context.nextUpdate())
  }

  loss(): Promise<{ data: number; regularisation: number }> {
    return this.#once('loss', async () => {
      const { program } = await this.#outputs()
      const [data = NaN] = await program.read('dataLoss')
      const values = await this.parameters()
      const regularisation = this.model.parameters.reduce((sum, { name, weightDecay }) => {
        return sum + (weightDecay / 2) * squaredNorm(values[name] ?? [])
      }, 0)
      return { data, regularisation }
    })
  }

  logits(): Promise<Matrix> {
    return this.#once('logits', async () => {
      const { program } = await this.#outputs()
      return matrix(this.model.classes, this.split.targets.cols, await program.read('logits'))
    })
  }

  testLogits(): Promise<Matrix | null> {
    return this.#once('testLogits', async () => {
      if (!this.testSplit) return null
      const { program } = this.#run(this.programs.testOutputs(this.testSplit))
      return matrix(this.model.classes, this.testSplit.targets.cols, await program.read('logits'))
    })
  }

  dataGradient(): Promise<ParameterArrays> {
    return this.#once('dataGradient', async () => {
      const { program } = this.#run(this.programs.gradient())
      const values = await Promise.all(this.model.parameters.map(({ name }) => program.read(name)))
      return byName(this.model.parameters, values)
    })
  }

  layers(): Promise<readonly LayerState[]> {
    return this.#once('layers', async () => {
      const { program } = this.#run(this.programs.layers())
      const values = await this.parameters()
      return Promise.all(
        this.programs.state.forward.layers.map(async (nodes): Promise<LayerState> => {
          const { layer, weight, input, output } = nodes
          return {
            layer,
            input: shaped(input.shape, await program.read(`input ${layer}`)),
            output: shaped(output.shape, await program.read(`output ${layer}`)),
            error: shaped(output.shape, await program.read(`error ${layer}`)),
            weight: matrix(output.shape[0] ?? 0, input.shape[0] ?? 0, values[weight] ?? new Float64Array()),
          }
        }),
      )
    })
  }

  layerJacobians(layer: number): Promise<readonly Matrix[]> {
    return this.#once(`jacobians ${layer}`, async () => {
      const nodes = this.#layerNodes(layer)
      const logits = await this.logits()
      const { program, inputs, prepareFor } = this.programs.jacobian(layer, nodes.output)
      const [cotangent] = inputs
      prepareFor(this)
      const pulled: Matrix[] = []
      for (let k = 0; k < this.model.classes && cotangent; k++) {
        this.programs.state.workspace.write(cotangent, outputDirection(this.model.loss, logits, k))
        program.run()
        pulled.push(shaped(nodes.output.shape, await program.read('pulled')))
      }
      return pulled
    })
  }

  hessian(part: HessianPart, names = this.model.parameters.map(({ name }) => name)): LinearOperator {
    const { programs } = this
    const [ofData, withDecay] = part === 'total' ? (['data', true] as const) : ([part, false] as const)
    const parameters = programs.state.nodesOf(names).map(({ shape }, i): DirectionPart => {
      const name = names[i] ?? ''
      const decay = this.model.parameters.find((parameter) => parameter.name === name)?.weightDecay ?? 0
      return { name, size: sizeOf(shape), decay: withDecay ? decay : 0 }
    })
    const count = directionsTogether(this.split.targets)
    const single = programs.hessian(ofData, names)
    return {
      n: parameters.reduce((sum, { size }) => sum + size, 0),
      dtype: this.dtype,
      apply: (x, y) => this.#applyHessian(single, parameters, x, y),
      block: {
        count,
        apply: (x, y) => this.#applyHessian(programs.hessianBlock(ofData, names, count), parameters, x, y),
      },
    }
  }

  /** For as many directions as the program takes, one after the other in x and y. */
  async #applyHessian(
    { program, inputs, prepareFor }: FedProgram,
    parameters: readonly DirectionPart[],
    x: Float64Array,
    y: Float64Array,
  ): Promise<void> {
    prepareFor(this)
    const n = parameters.reduce((sum, { size }) => sum + size, 0)
    const count = x.length / n
    let start = 0
    for (const [i, { size }] of parameters.entries()) {
      if (inputs[i]) this.programs.state.workspace.write(inputs[i], columnsOf(x, count, start, size))
      start += size
    }
    program.run()
    start = 0
    for (const { name, size, decay } of parameters) {
      if (count === 1) await program.read(name, y.subarray(start, start + size))
      else {
        const values = await program.read(name)
        for (let r = 0; r < count; r++) y.set(values.subarray(r * size, (r + 1) * size), r * n + start)
      }
      for (let r = 0; r < count && decay !== 0; r++) {
        for (let j = r * n + start; j < r * n + start + size; j++) y[j]! += decay * x[j]!
      }
      start += size
    }
  }

  #outputs(): Promise<FedProgram> {
    return this.#once('outputs', async () => this.#run(this.programs.outputs()))
  }

  #layerNodes(layer: number): LayerNodes {
    const nodes = this.programs.state.forward.layers.find((candidate) => candidate.layer === layer)
    if (!nodes) throw new LabError('not-found', `The model has no layer ${layer}.`, { layer })
    return nodes
  }

  #run(fed: FedProgram): FedProgram {
    fed.program.run()
    return fed
  }

  #once<T>(key: string, compute: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key)
    // A key is only ever used with one type, so what was kept under it is a T.
    if (known) return known as Promise<T>
    const made = compute()
    this.#kept.set(key, made)
    return made
  }
}

/**
 * K × N cotangents s_ik of the logits for one output direction k, with Σ_k s_ik s_ikᵀ the Hessian of sample i's loss:
 * e_k for the squared error, √p_ik (e_k − p_i) for cross-entropy (theory 01 section 3).
 */
function outputDirection(loss: Model['loss'], logits: Matrix, k: number): Float64Array {
  const { rows: K, cols: N, data } = logits
  const direction = new Float64Array(K * N)
  if (loss === 'mse') return direction.fill(1, k * N, (k + 1) * N)
  for (let i = 0; i < N; i++) {
    let largest = -Infinity
    for (let c = 0; c < K; c++) largest = Math.max(largest, data[c * N + i]!)
    let normaliser = 0
    for (let c = 0; c < K; c++) normaliser += Math.exp(data[c * N + i]! - largest)
    const root = Math.sqrt(Math.exp(data[k * N + i]! - largest) / normaliser)
    for (let c = 0; c < K; c++) {
      const p = Math.exp(data[c * N + i]! - largest) / normaliser
      direction[c * N + i] = root * ((c === k ? 1 : 0) - p)
    }
  }
  return direction
}

function shaped(shape: readonly number[], data: Float64Array): Matrix {
  return matrix(shape[0] ?? 0, shape[1] ?? 0, data)
}

function byName(parameters: readonly ParameterSpec[], values: readonly Float64Array[]): ParameterArrays {
  return Object.fromEntries(parameters.map(({ name }, i) => [name, values[i] ?? new Float64Array()]))
}

function squaredNorm(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!
  return sum
}
