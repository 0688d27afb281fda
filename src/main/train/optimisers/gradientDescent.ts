import { descents, type Optimiser, type OptimiserParts } from './parts'

/**
 * θ ← (1 − ηλ) θ − η g, with g the gradient of the data loss: gradient descent on the regularised loss. A parameter with
 * a rate factor γ takes γ η for η.
 */
export function gradientDescent({ parameters, coefficients }: OptimiserParts): Optimiser {
  const descent = descents(coefficients)
  const updates = parameters.map(({ node, gradient, weightDecays, rateFactor }) => ({
    target: node,
    source: gradient,
    keep: coefficients.keep((rate, r) => 1 - rateFactor * rate * (weightDecays[r] ?? 0)),
    scale: descent(rateFactor),
  }))
  return { stages: [updates], state: [], scratch: [] }
}
