import { LabError } from '#shared/errors'
import type { Backend } from '../compute/backends/backend'
import { Graph } from '../compute/graph/graph'
import type { Node } from '../compute/graph/node'
import { reassociate } from '../compute/graph/reassociate'
import { grad } from '../compute/graph/transforms'
import type { Matrix } from '../compute/matrix'
import { Workspace } from '../compute/program/workspace'
import type { Batch, Forward, Model, ParameterSpec, Split } from '../core/model'
import type { ParameterArrays } from '../core/snapshot'

export interface TrainedParameter {
  /** Its place among the parameters of the model. */
  readonly index: number
  readonly name: string
  readonly kind: ParameterSpec['kind']
  readonly node: Node
  /** λ. */
  readonly weightDecay: number
  /** γ: trained with γ η instead of η. */
  readonly rateFactor: number
}

/** A model's parameters and training set on a device, with the graph of its full-batch forward pass. */
export class ModelState {
  readonly graph = new Graph()
  readonly workspace: Workspace
  /** In the order of the model. */
  readonly parameterNodes: readonly Node[]
  /** Those that a step changes: all but the frozen ones. */
  readonly trained: readonly TrainedParameter[]
  /** The training set. */
  readonly batch: Batch<Node>
  readonly forward: Forward

  constructor(
    readonly model: Model,
    readonly split: Split,
    readonly backend: Backend,
  ) {
    this.workspace = new Workspace(backend)
    this.parameterNodes = model.parameters.map((parameter) => this.graph.input(parameter.name, parameter.shape))
    this.trained = model.parameters.flatMap(({ name, kind, weightDecay, rateFactor = 1 }, index) =>
      rateFactor === 0 ? [] : [{ index, name, kind, node: this.node(index), weightDecay, rateFactor }],
    )
    this.batch = this.uploaded(split)
    this.forward = this.forwardOn(this.batch)
  }

  /** The forward pass on other samples, which are uploaded here. */
  forwardOf(split: Batch<Matrix>): Forward {
    return this.forwardOn(this.uploaded(split))
  }

  private uploaded(split: Batch<Matrix>): Batch<Node> {
    const batch = this.batchNodes(split.inputs && [split.inputs.rows, split.inputs.cols], [
      split.targets.rows,
      split.targets.cols,
    ])
    if (batch.inputs && split.inputs) this.workspace.write(batch.inputs, split.inputs.data)
    this.workspace.write(batch.targets, split.targets.data)
    return batch
  }

  /** Inputs of the graph for a batch of these shapes. */
  batchNodes(inputs: readonly number[] | null, targets: readonly number[]): Batch<Node> {
    return { inputs: inputs && this.graph.input('inputs', inputs), targets: this.graph.input('targets', targets) }
  }

  forwardOn(batch: Batch<Node>): Forward {
    const byName = this.model.parameters.map((parameter, i) => [parameter.name, this.parameterNodes[i]] as const)
    return this.model.forward(Object.fromEntries(byName.filter(isDefined)), batch)
  }

  /** Gradients of the data loss in each trained parameter. */
  gradientsOf(forward: Forward): Node[] {
    return this.gradientsIn(
      forward.dataLoss,
      this.trained.map(({ node }) => node),
    )
  }

  /** Gradients of a loss in some nodes, multiplied in the cheapest order. */
  gradientsIn(loss: Node, nodes: readonly Node[]): Node[] {
    return grad(reassociate(loss), nodes)
  }

  /** @throws LabError 'shape' when an array is missing or does not fit */
  load(values: ParameterArrays): void {
    this.model.parameters.forEach(({ name }, i) => {
      const given = values[name]
      if (!given) throw new LabError('shape', `load: values of parameter ${name} are missing.`)
      this.workspace.write(this.node(i), given)
    })
  }

  /** The nodes of some parameters, by name. */
  nodesOf(names: readonly string[]): Node[] {
    return names.map((name) => {
      const i = this.model.parameters.findIndex((parameter) => parameter.name === name)
      if (i < 0) throw new LabError('not-found', `The model has no parameter ${name}.`)
      return this.node(i)
    })
  }

  node(i: number): Node {
    const node = this.parameterNodes[i]
    if (!node) throw new LabError('internal', `The model has no parameter ${i}.`)
    return node
  }

  dispose(): void {
    this.workspace.dispose()
  }
}

function isDefined(entry: readonly [string, Node | undefined]): entry is readonly [string, Node] {
  return entry[1] !== undefined
}
