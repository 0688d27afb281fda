import { LabError } from '#shared/errors'
import type { Node } from '../../compute/graph/node'
import { add, divide, minimum, multiply, power, scale, scaleBy, sqrt, total } from '../../compute/graph/ops'
import type { NormalisedSpec } from '../../core/optimiser'
import { besides, collected, descents, type Optimiser, type OptimiserParts } from './parts'

/**
 * Gradient descent with steps of a length that does not depend on the gradient's (theory note 03, section 2):
 * θ ← θ − η s d, s = min(a ρ, b/(L ‖F‖_F^{1−1/L}))/‖d‖, d = g + λ θ over all trained arrays,
 * ρ = √(Σ_l ‖W_l‖²_F/L) over the L trained weight matrices and F the logits of the step's samples. The note has a = 0.01,
 * b = 0.3, η = 1, and for F the K × K logits of one sample per class; more samples make ‖F‖ larger and steps shorter.
 *
 * With a gradient of zero there is no direction: the parameters become NaN, and the run ends as diverged.
 */
export function normalised({ weightShare, logitChange }: NormalisedSpec, parts: OptimiserParts): Optimiser {
  const { graph, coefficients, parameters, logits } = parts
  const weights = parameters.filter(({ kind }) => kind === 'weight').map(({ node }) => node)
  const L = weights.length
  if (L === 0) throw new LabError('bad-input', 'Normalised gradient descent needs a trained weight matrix; got none.')
  const directions = besides(parts, 'direction')
  const size = graph.input('squared norm of the logits', [])
  const none = coefficients.keep(() => 0)
  const gathering = [
    ...collected(directions, none, coefficients),
    { target: size, source: squaredNorm([logits]), keep: none, scale: coefficients.scale(() => 1) },
  ]
  const rho = sqrt(scale(squaredNorm(weights), 1 / L))
  // ‖F‖^{1−1/L} from ‖F‖².
  const byLogits = scale(power(size, -(1 - 1 / L) / 2), logitChange / L)
  const norm = sqrt(squaredNorm(directions.map(({ array }) => array)))
  const s = divide(minimum(scale(rho, weightShare), byLogits), norm)
  const [kept, descent] = [coefficients.keep(() => 1), descents(coefficients)]
  const stepping = directions.map(({ parameter: { node, rateFactor }, array }) => ({
    target: node,
    source: scaleBy(array, s),
    keep: kept,
    scale: descent(rateFactor),
  }))
  return {
    stages: [gathering, stepping],
    state: [],
    scratch: [size, ...directions.map(({ array }) => array)],
  }
}

function squaredNorm(arrays: readonly Node[]): Node {
  return arrays.map((x) => total(multiply(x, x))).reduce((sum, part) => add(sum, part))
}
