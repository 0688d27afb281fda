import type { RunClaim } from '#main/core/system'
import { atLeast, atMost, onMeasured, within } from '../../claimChecks'
import { sameSettings } from '../../linear-network/sameSettings'
import type { CollapseParams } from '../params'
import { collapsePresets } from '../presets'
import { alignedRatio, separationBound } from '../theory'

const geometric: RunClaim<CollapseParams> = {
  kind: 'run',
  id: '05.C10.run',
  title: 'Separation falls by nearly ε² n^{−1/L} in every layer, and by more than the bound',
  source: 'Wang et al. 2023, arXiv:2311.02960; theory note 05, S-B, C9 and C10',
  preset: 'small',
  seeds: [0, 1, 2],
  applies: (params) => sameSettings(params, collapsePresets.small.params),
  check(evidence, params) {
    const ratio = alignedRatio(params)
    return [
      ...onMeasured(evidence, { quantity: 'separationRatios', layer: null, step: 'last' }, (ratios) => [
        atMost('largest D_{l+1}/D_l, against the bound', Math.max(...ratios), separationBound(params)),
        atLeast('smallest ratio / ε² n^{−1/L}', Math.min(...ratios) / ratio, 0.93),
        atMost('largest ratio / ε² n^{−1/L}', Math.max(...ratios) / ratio, 1),
      ]),
      ...onMeasured(evidence, { quantity: 'separationCorrelation', layer: null, step: 'last' }, ([correlation]) => [
        atMost('correlation of log D_l with l', correlation!, -0.999),
      ]),
      ...onMeasured(evidence, { quantity: 'separationSlope', layer: null, step: 'last' }, ([slope]) => [
        within('slope / log(ε² n^{−1/L})', slope! / Math.log(ratio), 1, 0.03),
      ]),
    ]
  },
}

export const runClaims: readonly RunClaim<CollapseParams>[] = [geometric]
