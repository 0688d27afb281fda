import type { Prediction } from '#shared/records'
import { bisect } from '../deep-ufm/bisect'
import { blockDynamics, takesFixedSteps, networkWidths } from './network'
import type { NetworkParams } from './params'
import { rhoOf } from './rho'
import { blockSize, networkTarget } from './target'

const SOURCE = 'Yaras et al. 2023, arXiv:2306.01154; theory note 05, S-A'

/**
 * The singular value of every layer at a balanced minimum, for a target singular value s: the largest a with
 * a^{L−2} (s − a^L) = λ, s^{1/L} without decay; 0 where no such a exists.
 *
 * Derived from the gradient of ½ (a^L − s)² + L λ/2 a²; tested by finite differences.
 */
export function balancedValue(s: number, depth: number, weightDecay: number): number {
  if (depth === 1) return s / (1 + weightDecay)
  if (depth === 2) return Math.sqrt(Math.max(0, s - weightDecay))
  const excess = (a: number) => a ** (depth - 2) * (s - a ** depth) - weightDecay
  const end = s ** (1 / depth)
  const peak = end * ((depth - 2) / (2 * depth - 2)) ** (1 / depth)
  return excess(peak) > 0 ? bisect(excess, end, peak) : 0
}

/** What theory says of a run at its last step. */
export function networkPredictions(params: NetworkParams): Prediction[] {
  // Its minima need not be balanced.
  if (!takesFixedSteps(params)) return []
  const { depth, weightDecay, init, condition, steps } = params
  const target = networkTarget(params)
  const block = blockSize(target)
  const widths = networkWidths(params)
  const exact = init === 'orthogonal' && condition === 1 && block > 0
  const rho = rhoOf(blockDynamics(params))(steps)
  const layers = widths.slice(1).map((_, i) => i + 1)
  const hasBlock = (layer: number) => exact && (target.outputs === target.width || layer < depth)
  return layers.flatMap((layer) => {
    const learned = target.values.map((s) => ({
      value: balancedValue(s, depth, weightDecay),
      copies: 1,
      label: 'learned',
      role: 'learned' as const,
    }))
    const kept = hasBlock(layer) && Number.isFinite(rho) ? [{ value: rho, copies: block, label: 'invariant, ρ' }] : []
    const formula = 'a_i with a^{L−2} (s_i − a^L) = λ (s_i^{1/L} for λ = 0), r times; ρ(T), d − 2r times; r others'
    return [
      { quantity: 'singularValues', layer, levels: [...learned, ...kept], formula, source: SOURCE },
      ...(hasBlock(layer)
        ? [
            {
              quantity: 'movedRank',
              layer,
              levels: [{ value: target.width - block, copies: 1, label: '2r' }],
              formula: '2r',
              source: SOURCE,
            },
          ]
        : []),
    ]
  })
}
