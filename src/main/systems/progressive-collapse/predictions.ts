import type { Prediction } from '#shared/records'
import type { CollapseParams } from './params'
import { alignedRatio, inputSeparation, learnedValue, separationBound } from './theory'

const SOURCE = 'Wang et al. 2023, arXiv:2311.02960; theory note 05, S-B'

/** Whether the closed forms are for these settings: a linear network on a square orthogonal X, ε-orthogonal, no decay. */
export function isIdealSetting(params: CollapseParams): boolean {
  const { K, n, width, data, network, init, weightDecay } = params
  return (
    data === 'orthogonal' &&
    network === 'linear' &&
    init === 'orthogonal' &&
    weightDecay === 0 &&
    width === K * n &&
    n > 2
  )
}

/** Of a perfectly aligned network; trained ones reach 0.93 to 0.99 of each ratio. */
export function collapsePredictions(params: CollapseParams): Prediction[] {
  if (!isIdealSetting(params)) return []
  const { K, n, width: d, depth: L, initScale } = params
  const [ratio, bound] = [alignedRatio(params), separationBound(params)]
  const D = Array.from({ length: L }, (_, l) => inputSeparation({ K, n }) * ratio ** l)
  const level = (value: number, copies: number, label: string) => ({ value, copies, label })
  const separations = D.map((value, l): Prediction => ({
    quantity: 'separation',
    layer: l + 1,
    levels: [level(value, 1, 'aligned')],
    formula: 'D_l = (d − K)/(K − 1) (ε² n^{−1/L})^l, recorded for layer l + 1',
    source: SOURCE,
  }))
  const values = Array.from({ length: L }, (_, i): Prediction => ({
    quantity: 'singularValues',
    layer: i + 1,
    levels: [
      { ...level(learnedValue(params), K, 'learned'), role: 'learned' as const },
      ...(i < L - 1 ? [level(initScale, d - 2 * K, 'invariant')] : []),
    ],
    formula: 'n^{1/(2L)}, K times; ε, d − 2K times; K others in (0, ε]',
    source: SOURCE,
  }))
  const formula = 'D_{l+1}/D_l = ε² n^{−1/L}'
  return [
    ...separations,
    {
      quantity: 'separationRatios',
      layer: null,
      levels: [level(ratio, L - 1, 'aligned')],
      // Where it is 1 or more it says nothing.
      ...(bound < 1 && { bounds: [{ value: bound, label: 'upper bound' }] }),
      formula,
      source: SOURCE,
    },
    {
      quantity: 'separationSlope',
      layer: null,
      levels: [level(Math.log(ratio), 1, 'aligned')],
      formula,
      source: SOURCE,
    },
    {
      quantity: 'separationCorrelation',
      layer: null,
      levels: [level(-1, 1, 'equi-separation')],
      formula,
      source: SOURCE,
    },
    ...values,
  ]
}
