import type { Dtype, ScalarCell } from '../compute/backends/backend'
import type { Graph } from '../compute/graph/graph'
import type { Node } from '../compute/graph/node'
import type { UpdateCoefficient } from '../compute/program/updates'
import type { Workspace } from '../compute/program/workspace'

/**
 * A coefficient of an update as a function of η and the step, counted from 0, for one of the replicas; a run of its own
 * is replica 0.
 */
export type CoefficientFormula = (learningRate: number, replica: number, step: number) => number

/** Where the updates of an optimiser get their coefficients, so that it is written once for one run and for many. */
export interface Coefficients {
  readonly count: number
  /** Of what is kept of the target. */
  keep(formula: CoefficientFormula): UpdateCoefficient
  /** Of what is added to it. */
  scale(formula: CoefficientFormula): UpdateCoefficient
}

/** Those of one run: numbers beside the program, rounded to its precision as those of replicas are in their buffers. */
export class RunCoefficients implements Coefficients {
  readonly count = 1
  readonly #cells: { readonly cell: ScalarCell; readonly formula: CoefficientFormula }[] = []
  readonly #isSingle: boolean

  constructor(dtype: Dtype) {
    this.#isSingle = dtype === 'float32'
  }

  keep(formula: CoefficientFormula): ScalarCell {
    const cell = { value: 1 }
    this.#cells.push({ cell, formula })
    return cell
  }

  scale(formula: CoefficientFormula): ScalarCell {
    return this.keep(formula)
  }

  /** For a step with the rate η. */
  set(rate: number, step: number): void {
    for (let i = 0; i < this.#cells.length; i++) {
      const { cell, formula } = this.#cells[i]!
      const exact = formula(rate, 0, step)
      const value = this.#isSingle ? Math.fround(exact) : exact
      // A number that is written is a new object for the garbage collector.
      if (value !== cell.value) cell.value = value
    }
  }
}

interface StackedCoefficient {
  readonly node: Node
  readonly formula: CoefficientFormula
  /** What leaves the target as it is. */
  readonly neutral: 0 | 1
  readonly values: Float64Array
  written: boolean
}

/** Those of R replicas: inputs of shape [R]. A frozen replica keeps all of its state and adds nothing to it. */
export class ReplicaCoefficients implements Coefficients {
  readonly nodes: Node[] = []
  readonly #stacked: StackedCoefficient[] = []
  readonly #frozen: boolean[]

  constructor(
    readonly count: number,
    readonly graph: Graph,
    readonly workspace: Workspace,
  ) {
    this.#frozen = Array.from({ length: count }, () => false)
  }

  keep(formula: CoefficientFormula): Node {
    return this.#add(formula, 1)
  }

  scale(formula: CoefficientFormula): Node {
    return this.#add(formula, 0)
  }

  freeze(replica: number): void {
    this.#frozen[replica] = true
  }

  isFrozen(replica: number): boolean {
    return this.#frozen[replica] ?? false
  }

  /** For a step with the rate η of each replica. What is as it was before is not written again. */
  set(rates: Float64Array, step: number): void {
    for (let i = 0; i < this.#stacked.length; i++) {
      const { node, formula, neutral, values, written } = this.#stacked[i]!
      let isSame = written
      for (let r = 0; r < this.count; r++) {
        const value = this.#frozen[r] ? neutral : formula(rates[r]!, r, step)
        isSame &&= value === values[r]
        values[r] = value
      }
      if (!isSame) this.workspace.write(node, values)
      this.#stacked[i]!.written = true
    }
  }

  #add(formula: CoefficientFormula, neutral: 0 | 1): Node {
    const node = this.graph.input(`coefficient ${this.#stacked.length}`, [this.count])
    this.nodes.push(node)
    this.#stacked.push({ node, formula, neutral, values: new Float64Array(this.count), written: false })
    return node
  }
}
