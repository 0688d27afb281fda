import { add, divide, fill, multiply, sqrt } from '../../compute/graph/ops'
import type { Update } from '../../compute/program/updates'
import type { AdamSpec } from '../../core/optimiser'
import { collected, descents, type Optimiser, type OptimiserParts } from './parts'

/**
 * Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1) and, with decoupled decay, AdamW (Loshchilov & Hutter 2019,
 * arXiv:1711.05101, algorithm 2, with the decay ηλ as in PyTorch):
 *
 *     m ← β₁ m + (1 − β₁) d, v ← β₂ v + (1 − β₂) d², θ ← (1 − ηλ′) θ − η m̂/(√v̂ + ϵ)
 *
 * with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ) at the t-th step; coupled: d = g + λ θ, λ′ = 0; decoupled: d = g, λ′ = λ.
 *
 * What is stored are m̂ and v̂ themselves. With m = (1 − β₁ᵗ) m̂ the first line reads
 * m̂ ← β₁ (1 − β₁ᵗ⁻¹)/(1 − β₁ᵗ) m̂ + (1 − β₁)/(1 − β₁ᵗ) d, so that the correction is one of coefficients, and the
 * graph of the direction has no number that changes from step to step.
 */
export function adam(specs: readonly AdamSpec[], { decay, epsilon }: AdamSpec, parts: OptimiserParts): Optimiser {
  const { coefficients, parameters, graph } = parts
  const isCoupled = decay === 'coupled'
  const own = parameters.map((parameter) => {
    const arrayOf = (what: string) => graph.input(`${what} ${parameter.name}`, parameter.node.shape)
    const coupled = isCoupled ? parameter : { ...parameter, weightDecays: [] }
    return {
      parameter,
      direction: { parameter: coupled, array: arrayOf('direction') },
      first: arrayOf('first moment'),
      second: arrayOf('second moment'),
    }
  })
  const [firstMean, secondMean] = [runningMean((r) => specs[r]?.beta1 ?? 0), runningMean((r) => specs[r]?.beta2 ?? 0)]
  const gathering = [
    ...collected(
      own.map(({ direction }) => direction),
      coefficients.keep(() => 0),
      coefficients,
    ),
    ...own.map(({ first, direction }) => ({ target: first, source: direction.array, ...firstMean })),
  ]
  const squaring = own.map(({ second, direction }): Update => {
    return { target: second, source: multiply(direction.array, direction.array), ...secondMean }
  })
  const descent = descents(coefficients)
  const stepping = own.map(({ parameter: { node, weightDecays, rateFactor }, first, second }): Update => ({
    target: node,
    source: divide(first, add(sqrt(second), fill(second, second.shape, epsilon))),
    keep: coefficients.keep((rate, r) => 1 - (isCoupled ? 0 : rateFactor * rate * (weightDecays[r] ?? 0))),
    scale: descent(rateFactor),
  }))
  return {
    stages: [gathering, squaring, stepping],
    state: own.flatMap(({ parameter: { name }, first, second }) => [
      { name: `first moment ${name}`, node: first },
      { name: `second moment ${name}`, node: second },
    ]),
    scratch: own.map(({ direction }) => direction.array),
  }

  /** Coefficients of x̂ ← keep · x̂ + scale · x, the bias-corrected mean with decay β. */
  function runningMean(beta: (replica: number) => number) {
    return {
      keep: coefficients.keep((_, r, step) => (beta(r) * weightOf(beta(r), step)) / weightOf(beta(r), step + 1)),
      scale: coefficients.scale((_, r, step) => (1 - beta(r)) / weightOf(beta(r), step + 1)),
    }
  }
}

/** 1 − βᵗ, with all its digits where β is near 1. */
function weightOf(beta: number, t: number): number {
  return -Math.expm1(t * Math.log(beta))
}
