import type { ClaimCheck } from '#shared/records'
import { SAME_VALUE } from '#main/probes/invariantBlock'
import { subscript } from '#main/core/subscript'
import type { Evidence, RunClaim } from '#main/core/system'
import { atMost, onMeasured, within } from '../../claimChecks'
import { blockDynamics } from '../network'
import type { NetworkParams } from '../params'
import { networkPresets } from '../presets'
import { rhoOf } from '../rho'
import { sameSettings } from '../sameSettings'
import { networkTarget } from '../target'
import { RESIDUAL_BOUND } from './blockChecks'

/** A claim on the figure's settings: its tolerances were observed there. */
function onSmall(
  id: string,
  title: string,
  check: (evidence: Evidence, params: NetworkParams) => readonly ClaimCheck[],
): RunClaim<NetworkParams> {
  return {
    kind: 'run',
    id: `05.${id}`,
    title,
    source: `Yaras et al. 2023, arXiv:2306.01154; theory note 05, S-A, ${id}`,
    preset: 'small',
    seeds: [0, 1, 2],
    applies: (params) => sameSettings(params, networkPresets.small.params),
    check,
  }
}

function perLayer(
  evidence: Evidence,
  { depth }: NetworkParams,
  quantity: string,
  checks: (data: Float64Array, layer: number) => readonly ClaimCheck[],
): readonly ClaimCheck[] {
  return Array.from({ length: depth }, (_, i) => i + 1).flatMap((layer) =>
    onMeasured(evidence, { quantity, layer, step: 'last' }, (data) => checks(data, layer)),
  )
}

const block = onSmall(
  'C2.run',
  'In every layer d − 2r singular values equal ρ and their vectors do not turn',
  (evidence, params) => {
    const { width: d, rank: r, steps } = params
    const rho = rhoOf(blockDynamics(params))(steps)
    return [
      ...onMeasured(evidence, { quantity: 'invarianceResidual', layer: null, step: 'last' }, ([e]) => [
        atMost('e(T)', e!, RESIDUAL_BOUND),
      ]),
      ...perLayer(evidence, params, 'singularValues', (sigma, layer) => {
        const equal = sigma.filter((value) => Math.abs(value - rho) <= SAME_VALUE * rho).length
        return [within(`singular values of W${layer} equal to ρ`, equal, d - 2 * r, 0)]
      }),
      // The note saw 2e-14 over 1500 steps; the singular subspace itself is accurate to ε σ₁/gap = 1e-13.
      ...(['rightAngles', 'leftAngles'] as const).flatMap((quantity) =>
        perLayer(evidence, params, quantity, (angles, layer) => [
          // In the order of the singular values: r that learned stand above ρ, r below.
          atMost(`largest of ${quantity} of the block, W${layer}`, Math.max(...angles.subarray(r, d - r)), 1e-12),
        ]),
      ),
    ]
  },
)

const rank = onSmall('C4', 'Training changes every layer by rank 2r, beside a common shrinking', (evidence, params) =>
  perLayer(evidence, params, 'movedRank', ([measured], layer) => [
    within(`rank of W${subscript(layer)} − ρ/ε W${subscript(layer)}(0)`, measured!, 2 * params.rank, 0),
  ]),
)

const learned = onSmall('C5', 'The top r singular values of each layer become s_i^{1/L}', (evidence, params) =>
  perLayer(evidence, params, 'singularValues', (sigma, layer) =>
    networkTarget(params).values.map((s, i) =>
      within(`σ_${i + 1}(W${layer})`, sigma[i]!, s ** (1 / params.depth), 1e-3),
    ),
  ),
)

export const runClaims: readonly RunClaim<NetworkParams>[] = [block, rank, learned]
