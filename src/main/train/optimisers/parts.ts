import type { Graph } from '../../compute/graph/graph'
import type { Node } from '../../compute/graph/node'
import type { Update, UpdateCoefficient } from '../../compute/program/updates'
import type { Coefficients } from '../coefficients'

/** One trained array with the gradient of the data loss in it. */
export interface OptimisedParameter {
  readonly name: string
  readonly kind: 'features' | 'weight' | 'bias'
  readonly node: Node
  readonly gradient: Node
  /** λ of each replica (one for a run of its own): the loss has the term λ/2 ‖θ‖². */
  readonly weightDecays: readonly number[]
  /** γ: its own learning rate is γ η. */
  readonly rateFactor: number
}

/** What an optimiser is made of. Everything is written for one run; replicas are made of it by `replicate`. */
export interface OptimiserParts {
  readonly graph: Graph
  readonly parameters: readonly OptimisedParameter[]
  /** Of the step's samples. */
  readonly logits: Node
  readonly coefficients: Coefficients
}

export interface NamedNode {
  readonly name: string
  readonly node: Node
}

/** How an optimiser changes the state in one step. */
export interface Optimiser {
  /** One after the other: a stage computes from what the stages before it have written. */
  readonly stages: readonly (readonly Update[])[]
  /** Its own state beside the parameters, zero at the start. */
  readonly state: readonly NamedNode[]
  /** What its stages hand on within a step. */
  readonly scratch: readonly Node[]
}

/** A parameter with an array beside it: where something is collected, or what it moves along. */
export interface Beside {
  readonly parameter: OptimisedParameter
  readonly array: Node
}

/** An array as large as each parameter, under a name of its own. */
export function besides({ graph, parameters }: OptimiserParts, what: string): Beside[] {
  return parameters.map((parameter) => ({
    parameter,
    array: graph.input(`${what} ${parameter.name}`, parameter.node.shape),
  }))
}

/** As parts of the state, named after what they are. */
export function asState(arrays: readonly Beside[], what: string): NamedNode[] {
  return arrays.map(({ parameter, array }) => ({ name: `${what} ${parameter.name}`, node: array }))
}

/** array ← keep · array + g + λ θ */
export function collected(arrays: readonly Beside[], keep: UpdateCoefficient, coefficients: Coefficients): Update[] {
  const [kept, whole] = [coefficients.keep(() => 1), coefficients.scale(() => 1)]
  const decaying = arrays.filter(({ parameter }) => parameter.weightDecays.some((weightDecay) => weightDecay !== 0))
  return [
    ...arrays.map(({ parameter, array }) => ({ target: array, source: parameter.gradient, keep, scale: whole })),
    ...decaying.map(({ parameter, array }) => ({
      target: array,
      source: parameter.node,
      keep: kept,
      scale: coefficients.scale((_, r) => parameter.weightDecays[r] ?? 0),
    })),
  ]
}

/** θ ← θ − γη · factor · array */
export function descended(
  arrays: readonly Beside[],
  coefficients: Coefficients,
  factor: (replica: number) => number = () => 1,
): Update[] {
  const kept = coefficients.keep(() => 1)
  const scale = descents(coefficients, factor)
  return arrays.map(({ parameter, array }) => ({
    target: parameter.node,
    source: array,
    keep: kept,
    scale: scale(parameter.rateFactor),
  }))
}

/** −γ η · factor: one coefficient for all parameters with the same γ. */
export function descents(
  coefficients: Coefficients,
  factor: (replica: number) => number = () => 1,
): (rateFactor: number) => UpdateCoefficient {
  const made = new Map<number, UpdateCoefficient>()
  return (rateFactor) => {
    const descent = made.get(rateFactor) ?? coefficients.scale((rate, r) => -rateFactor * rate * factor(r))
    made.set(rateFactor, descent)
    return descent
  }
}
