import { LabError } from '#shared/errors'
import type { Graph } from '../compute/graph/graph'
import type { Node } from '../compute/graph/node'
import type { Update, UpdateCoefficient } from '../compute/program/updates'
import type { Coefficients } from './coefficients'

/** One trained array, of a run or of all replicas, with the gradient of the data loss in it. */
export interface OptimisedParameter {
  readonly name: string
  readonly node: Node
  readonly gradient: Node
  /** λ of each replica (one for a run of its own): the loss has the term λ/2 ‖θ‖². */
  readonly weightDecays: readonly number[]
  /** γ: its own learning rate is γ η. */
  readonly rateFactor: number
}

export interface NamedNode {
  readonly name: string
  readonly node: Node
}

/** How an optimiser changes the state in one step. */
export interface Optimiser {
  readonly updates: readonly Update[]
  /** Its own state beside the parameters, zero at the start. */
  readonly state: readonly NamedNode[]
}

/**
 * Gradient descent where μ = 0, else the heavy ball; μ is given for each replica.
 *
 * @throws LabError 'bad-input' if only some are 0: the two round differently, so they do not share a program
 */
export function optimiserFor(
  graph: Graph,
  parameters: readonly OptimisedParameter[],
  momenta: readonly number[],
  coefficients: Coefficients,
): Optimiser {
  if (momenta.every((momentum) => momentum === 0)) return gradientDescent(parameters, coefficients)
  if (momenta.includes(0)) {
    throw new LabError('bad-input', 'Replicas with momentum 0 and others do not share a program; train them apart.')
  }
  return heavyBall(graph, parameters, momenta, coefficients)
}

/**
 * θ ← (1 − ηλ) θ − η g, with g the gradient of the data loss: gradient descent on the regularised loss. A parameter with
 * a rate factor γ takes γ η for η.
 */
function gradientDescent(parameters: readonly OptimisedParameter[], coefficients: Coefficients): Optimiser {
  const descent = descents(coefficients)
  return {
    updates: parameters.map(({ node, gradient, weightDecays, rateFactor }) => ({
      target: node,
      source: gradient,
      keep: coefficients.keep((rate, r) => 1 - rateFactor * rate * (weightDecays[r] ?? 0)),
      scale: descent(rateFactor),
    })),
    state: [],
  }
}

/**
 * v ← μ v + g + λ θ, θ ← θ − η v, v₀ = 0: Polyak's heavy ball with coupled weight decay, as PyTorch's SGD
 * (no dampening) and the golden files have it.
 */
function heavyBall(
  graph: Graph,
  parameters: readonly OptimisedParameter[],
  momenta: readonly number[],
  coefficients: Coefficients,
): Optimiser {
  const descent = descents(coefficients)
  const whole = coefficients.scale(() => 1)
  const [momentum, kept] = [coefficients.keep((_, r) => momenta[r] ?? 0), coefficients.keep(() => 1)]
  const moving = parameters.map((parameter) => ({
    ...parameter,
    velocity: graph.input(`velocity ${parameter.name}`, parameter.node.shape),
  }))
  return {
    updates: [
      ...moving.map(({ velocity, gradient }) => ({ target: velocity, source: gradient, keep: momentum, scale: whole })),
      ...moving
        .filter(({ weightDecays }) => weightDecays.some((weightDecay) => weightDecay !== 0))
        .map(({ velocity, node, weightDecays }) => ({
          target: velocity,
          source: node,
          keep: kept,
          scale: coefficients.scale((_, r) => weightDecays[r] ?? 0),
        })),
      ...moving.map(({ velocity, node, rateFactor }) => ({
        target: node,
        source: velocity,
        keep: kept,
        scale: descent(rateFactor),
      })),
    ],
    state: moving.map(({ name, velocity }) => ({ name: `velocity ${name}`, node: velocity })),
  }
}

/** −γ η: one coefficient for all parameters with the same γ. */
function descents(coefficients: Coefficients): (rateFactor: number) => UpdateCoefficient {
  const made = new Map<number, UpdateCoefficient>()
  return (rateFactor) => {
    const descent = made.get(rateFactor) ?? coefficients.scale((rate) => -rateFactor * rate)
    made.set(rateFactor, descent)
    return descent
  }
}
