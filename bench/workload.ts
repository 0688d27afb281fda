import type { Backend } from '../src/main/compute/backends/backend'
import { Graph } from '../src/main/compute/graph/graph'
import { sizeOf, type Node } from '../src/main/compute/graph/node'
import * as ops from '../src/main/compute/graph/ops'
import { grad } from '../src/main/compute/graph/transforms'
import { compile, type Program } from '../src/main/compute/program/compile'
import { Workspace } from '../src/main/compute/program/workspace'
import { random } from '../src/main/compute/rng/random'

const RATE = 0.05

/** A graph with inputs whose values do not matter for speed. */
export class Workload {
  readonly graph = new Graph()
  readonly #workspace: Workspace
  readonly #draw = random(0, 'workload')

  constructor(backend: Backend) {
    this.#workspace = new Workspace(backend)
  }

  /** Normal numbers of this standard deviation. */
  given(name: string, shape: readonly number[], deviation: number): Node {
    const node = this.graph.input(name, shape)
    const values = this.#draw.derive(name).normal(sizeOf(shape))
    this.#workspace.write(node, values.map((value) => value * deviation)) // prettier-ignore
    return node
  }

  /** One-hot columns of K classes in turn. */
  targets(K: number, N: number): Node {
    const node = this.graph.input('targets', [K, N])
    const values = Float64Array.from({ length: K * N }, (_, at) => (Math.floor(at / N) === (at % N) % K ? 1 : 0))
    this.#workspace.write(node, values)
    return node
  }

  /** Computes these. */
  values(nodes: readonly Node[]): Program {
    return compile(this.#workspace, { outputs: Object.fromEntries(nodes.map((node, i) => [String(i), node])) })
  }

  /** One step of gradient descent on a loss. */
  step(loss: Node, trained: readonly Node[]): Program {
    const gradients = grad(loss, trained)
    const updates = trained.flatMap((target, i) => {
      const source = gradients[i]
      return source ? [{ target, source, keep: 1, scale: -RATE }] : []
    })
    return compile(this.#workspace, { updates })
  }

  /** Mean softmax cross-entropy. */
  crossEntropy(logits: Node): Node {
    const [K = 0, N = 0] = logits.shape
    return ops.scale(ops.softmaxCrossEntropy(logits, this.targets(K, N)), 1 / N)
  }
}
