import type { Graph } from '../compute/graph/graph'
import type { Node } from '../compute/graph/node'
import type { Update } from '../compute/program/updates'

/** One trained array with the gradient of the data loss in it. */
export interface OptimisedParameter {
  readonly node: Node
  readonly gradient: Node
  /** λ: the loss has the term λ/2 ‖θ‖². */
  readonly weightDecay: number
  /** γ: its own learning rate is γ η. */
  readonly rateFactor: number
}

/** How an optimiser changes the state in one step. */
export interface Optimiser {
  readonly updates: readonly Update[]
  /** Its own state beside the parameters, zero at the start. */
  readonly state: readonly Node[]
  /** Sets η for the steps that follow. */
  setLearningRate(rate: number): void
}

/**
 * θ ← (1 − ηλ) θ − η g, with g the gradient of the data loss: gradient descent on the regularised loss. A parameter with
 * a rate factor γ takes γ η for η.
 */
export function gradientDescent(parameters: readonly OptimisedParameter[]): Optimiser {
  const moving = parameters.map((parameter) => ({ ...parameter, keep: { value: 1 }, descent: { value: 0 } }))
  return {
    updates: moving.map(({ node, gradient, keep, descent }) => ({
      target: node,
      source: gradient,
      keep,
      scale: descent,
    })),
    state: [],
    setLearningRate(rate) {
      for (const { weightDecay, rateFactor, keep, descent } of moving) {
        descent.value = -rateFactor * rate
        keep.value = 1 - rateFactor * rate * weightDecay
      }
    },
  }
}

/**
 * v ← μ v + g + λ θ, θ ← θ − η v, v₀ = 0: Polyak's heavy ball with coupled weight decay, as PyTorch's SGD
 * (no dampening) and the golden files have it.
 */
export function heavyBall(graph: Graph, parameters: readonly OptimisedParameter[], momentum: number): Optimiser {
  const moving = parameters.map((parameter, i) => ({
    ...parameter,
    descent: { value: 0 },
    velocity: graph.input(`velocity ${i}`, parameter.node.shape),
  }))
  return {
    updates: [
      ...moving.map(({ velocity, gradient }) => ({ target: velocity, source: gradient, keep: momentum, scale: 1 })),
      ...moving
        .filter(({ weightDecay }) => weightDecay !== 0)
        .map(({ velocity, node, weightDecay }) => ({ target: velocity, source: node, keep: 1, scale: weightDecay })),
      ...moving.map(({ velocity, node, descent }) => ({ target: node, source: velocity, keep: 1, scale: descent })),
    ],
    state: moving.map(({ velocity }) => velocity),
    setLearningRate(rate) {
      for (const { rateFactor, descent } of moving) descent.value = -rateFactor * rate
    },
  }
}
