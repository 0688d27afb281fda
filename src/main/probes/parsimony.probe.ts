import type { QuantityDefinition } from '#shared/records'
import { singularValues } from '#main/compute/linalg/index'
import { scalarMeasurement, vectorMeasurement, type Probe } from '#main/core/probe'
import { isBlockModel } from './blockModel'
import { blockFrames, frameAngles, invarianceResidual } from './invariantBlock'
import { movedFrom } from './movedFrom'
import { numericalRank } from './numericalRank'
import { weightMatrices } from './weightMatrices'

/** Singular values below this fraction of the largest are rounding (theory note 05, C4). */
const MOVED_CUT = 1e-8

const source = 'Yaras et al. 2023, arXiv:2306.01154; theory note 05, S-A'
const definition = { unit: '', scale: 'log', perLayer: true } as const

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'rhoTheory',
    label: 'Predicted value of the invariant block',
    symbol: 'ρ',
    help: 'The singular value that d − 2r of each W_l keep, from its recursion; the last term only where d_y = d.',
    formula: 'ρ(t+1) = ρ(t)(1 − ηλ − ηρ(t)^{2(L−1)}), ρ(0) = ε',
    source,
    kind: 'scalar',
    perLayer: false,
  },
  {
    ...definition,
    id: 'invarianceResidual',
    label: 'Invariance residual',
    symbol: 'e',
    help: 'Over a basis of the invariant space; rounding for whitened data and an orthogonal start.',
    formula: 'max_l max(‖W_l u_{l−1} − ρ u_l‖_∞, ‖W_lᵀ u_l − ρ u_{l−1}‖_∞)',
    source,
    kind: 'scalar',
    perLayer: false,
  },
  {
    ...definition,
    id: 'movedSingularValues',
    label: 'Singular values of what training changed',
    symbol: 'σ(W_l − ρ/ε W_l(0))',
    help: '2r of them for whitened data, whatever the width.',
    formula: 'σ_i(W_l(t) − ρ(t)/ε W_l(0))',
    source,
    kind: 'vector',
  },
  {
    ...definition,
    id: 'movedRank',
    label: 'Rank of what training changed',
    symbol: 'rank(W_l − ρ/ε W_l(0))',
    help: 'Number of those singular values above 1e-8 of the largest; 0 at step 0.',
    formula: '#{i: σ_i > 10⁻⁸ σ_1} of W_l(t) − ρ(t)/ε W_l(0)',
    source,
    kind: 'scalar',
    scale: 'linear',
  },
  ...(['right', 'left'] as const).map((side): QuantityDefinition => ({
    ...definition,
    id: `${side}Angles`,
    label: `Turn of the ${side} singular vectors`,
    symbol: 'θ_i',
    unit: 'rad',
    help:
      `Angle of ${side === 'right' ? 'v_i(t) from v_i(0)' : 'u_i(t) from u_i(0)'}, in the order of the singular values: ` +
      'the 2r directions that learn against the reference vector of largest overlap, the d − 2r of the invariant block ' +
      'against the singular subspace of ρ. By arcsin; below 1e-14 is rounding.',
    formula: 'arcsin min(1, ‖(I − Π_t) v_i(0)‖)',
    source,
    kind: 'vector',
    scale: 'linear',
  })),
]

export default {
  id: 'parsimony',
  title: 'Invariant block',
  quantities,
  applies: isBlockModel,
  async measure(snapshot) {
    const { model, step } = snapshot
    if (!isBlockModel(model)) return []
    const { phi, rho: rhoAt } = model.invariantBlock
    const [rho, initScale] = [rhoAt(step), rhoAt(0)]
    const start = weightMatrices(model, snapshot.initialParameters())
    const weights = weightMatrices(model, await snapshot.parameters())
    const frames = blockFrames(phi(), start, initScale)
    return [
      scalarMeasurement('rhoTheory', rho),
      scalarMeasurement('invarianceResidual', invarianceResidual(frames, weights, rho)),
      ...weights.slice(0, frames.layers).flatMap((W, i) => {
        const moved = singularValues(movedFrom(start[i]!, W, rho / initScale))
        const { right, left } = frameAngles(frames, W, i + 1, rho)
        return [
          vectorMeasurement('movedSingularValues', moved, i + 1),
          scalarMeasurement('movedRank', numericalRank(moved, MOVED_CUT), i + 1),
          vectorMeasurement('rightAngles', right, i + 1),
          vectorMeasurement('leftAngles', left, i + 1),
        ]
      }),
    ]
  },
} satisfies Probe
