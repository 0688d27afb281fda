import type { Node } from '../compute/graph/node'
import { reassociate } from '../compute/graph/reassociate'
import { replicateJointly } from '../compute/graph/replicate'
import { multiply, scale, sum } from '../compute/graph/ops'
import { substitute } from '../compute/graph/substitute'
import {
  gaussNewtonProduct,
  grad,
  gradientMomentProduct,
  hessianVectorProduct,
  residualProduct,
  vjp,
} from '../compute/graph/transforms'
import { compile, type Program } from '../compute/program/compile'
import type { HessianPart } from '../core/snapshot'
import type { Split } from '../core/model'
import type { ModelState } from './modelState'

/** A symmetric matrix over parameters of which there are products: a part of the data Hessian, or a moment of gradients. */
export type ProductOf = Exclude<HessianPart, 'total'> | 'gradientMoment' | 'gradientCovariance'

/** A program that reads the state of a run, with the nodes it is fed through. */
export interface FedProgram {
  readonly program: Program
  readonly inputs: readonly Node[]
  /** Its steady part belongs to one state: prepares it unless that was done for this owner already. */
  prepareFor(owner: object): void
}

/**
 * The read-only programs over a model's state, each compiled when first needed. They have memory of their own, so
 * that running one cannot change a bit of the training.
 */
export class StatePrograms {
  readonly #compiled = new Map<string, FedProgram>()
  /** Multiplied in the cheapest order: for derivatives in the parameters, which need no layer's features. */
  readonly #dataLoss: Node
  readonly #logits: Node

  constructor(
    readonly state: ModelState,
    readonly testSplit: Split | null,
  ) {
    this.#dataLoss = reassociate(state.forward.dataLoss)
    this.#logits = reassociate(state.forward.logits)
  }

  /** Outputs: dataLoss, logits. */
  outputs(): FedProgram {
    return this.#once('outputs', () => {
      const { dataLoss, logits } = this.state.forward
      return fed(compile(this.state.workspace, { outputs: { dataLoss, logits } }))
    })
  }

  /** Output: logits on the test samples. */
  testOutputs(split: Split): FedProgram {
    return this.#once('test', () => {
      const { logits } = this.state.forwardOf(split)
      return fed(compile(this.state.workspace, { outputs: { logits } }))
    })
  }

  /** Outputs: the gradient of the data loss in each parameter, by its name. */
  gradient(): FedProgram {
    return this.#once('gradient', () => {
      const gradients = grad(this.#dataLoss, this.state.parameterNodes)
      const outputs = this.#byName(
        this.state.model.parameters.map(({ name }) => name),
        gradients,
      )
      return fed(compile(this.state.workspace, { outputs }))
    })
  }

  /** Outputs: input l, output l, error l of each layer l. */
  layers(): FedProgram {
    return this.#once('layers', () => {
      const { layers, dataLoss } = this.state.forward
      const errors = grad(
        dataLoss,
        layers.map((layer) => layer.output),
      )
      const outputs = Object.fromEntries(
        layers.flatMap(({ layer, input, output }, i) => {
          const error = errors[i]
          return [[`input ${layer}`, input], [`output ${layer}`, output], ...(error ? [[`error ${layer}`, error]] : [])]
        }),
      )
      return fed(compile(this.state.workspace, { outputs }))
    })
  }

  /** Fed with a K × N cotangent of the logits; output: its pull-back to the layer's Z_l. */
  jacobian(layer: number, output: Node): FedProgram {
    return this.#once(`jacobian ${layer}`, () => {
      const { logits } = this.state.forward
      const cotangent = this.state.graph.input('cotangent', logits.shape)
      const [pulled = logits] = vjp(logits, cotangent, [output])
      const varying = [cotangent]
      return fed(compile(this.state.workspace, { outputs: { pulled }, varying }), varying)
    })
  }

  /** Fed with a direction in each of the parameters; outputs: the matrix times it, by name. */
  product(matrix: ProductOf, names: readonly string[]): FedProgram {
    return this.#once(`${matrix} ${names.join()}`, () => {
      const { inputs, products } = this.#products(matrix, names)
      const outputs = this.#byName(names, products)
      return fed(compile(this.state.workspace, { outputs, varying: inputs }), inputs)
    })
  }

  /** The same for `count` directions at once, along a leading axis of inputs and outputs. */
  productBlock(matrix: ProductOf, names: readonly string[], count: number): FedProgram {
    return this.#once(`${count} × ${matrix} ${names.join()}`, () => {
      const { inputs, products } = this.#products(matrix, names)
      const stacked = inputs.map(({ shape }, i) => this.state.graph.input(`directions ${i}`, [count, ...shape]))
      const directions = new Map(inputs.map((node, i) => [node, stacked[i] ?? node]))
      const outputs = this.#byName(names, replicateJointly(products, count, directions))
      return fed(compile(this.state.workspace, { outputs, varying: stacked }), stacked)
    })
  }

  #products(matrix: ProductOf, names: readonly string[]): Record<'inputs' | 'products', Node[]> {
    const nodes = this.state.nodesOf(names)
    const inputs = nodes.map((node, i) => this.state.graph.input(`direction ${i}`, node.shape))
    const products = {
      data: () => hessianVectorProduct(this.#dataLoss, nodes, inputs),
      gaussNewton: () => gaussNewtonProduct(this.#dataLoss, this.#logits, nodes, inputs),
      residual: () => residualProduct(this.#dataLoss, this.#logits, nodes, inputs),
      gradientMoment: () => this.#momentProducts(nodes, inputs, false),
      gradientCovariance: () => this.#momentProducts(nodes, inputs, true),
    }[matrix]()
    return { inputs, products }
  }

  /**
   * Every loss of ours is a mean over samples of a function of their logits F. So with its errors E = ∂L/∂F held fast,
   * N Σ_k E_ki F_ki has the gradient of sample i's loss.
   */
  #momentProducts(nodes: readonly Node[], directions: readonly Node[], centred: boolean): Node[] {
    const [K = 0, N = 0] = this.#logits.shape
    const fixed = this.state.graph.input('errors', [K, N])
    const losses = scale(sum(multiply(fixed, this.#logits), 0), N)
    const errors = grad(this.#dataLoss, [this.#logits])
    const products = gradientMomentProduct(losses, nodes, directions, { centred })
    return substitute(products, new Map(errors.map((node) => [fixed, node])))
  }

  #byName(names: readonly string[], nodes: readonly Node[]): Record<string, Node> {
    return Object.fromEntries(names.flatMap((name, i) => (nodes[i] ? [[name, nodes[i]]] : [])))
  }

  #once(key: string, make: () => FedProgram): FedProgram {
    const known = this.#compiled.get(key)
    if (known) return known
    const made = make()
    this.#compiled.set(key, made)
    return made
  }

  dispose(): void {
    for (const { program } of this.#compiled.values()) program.dispose()
    this.#compiled.clear()
  }
}

function fed(program: Program, inputs: readonly Node[] = []): FedProgram {
  let owner: object | null = null
  return {
    program,
    inputs,
    prepareFor(next) {
      if (owner === next) return
      program.prepare()
      owner = next
    },
  }
}
