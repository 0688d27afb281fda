import type { ClaimCheck } from '#shared/records'
import type { Evidence, RunClaim } from '#main/core/system'
import { atLeast, atMost, onMeasured, within } from '../claimChecks'
import type { ClassifierParams } from './params'
import { classifierPresets } from './presets'

type PresetId = keyof typeof classifierPresets

/** A claim on a preset: what it allows was observed there and is not promised elsewhere. */
function onPreset(
  preset: PresetId,
  claim: Pick<RunClaim<ClassifierParams>, 'id' | 'title' | 'source' | 'check'>,
): RunClaim<ClassifierParams> {
  const settings: ClassifierParams = classifierPresets[preset].params
  const inOrder = (params: ClassifierParams) => JSON.stringify(Object.entries(params).sort())
  return {
    kind: 'run',
    preset,
    seeds: [0, 1, 2, 3],
    applies: (params) => inOrder(params) === inOrder(settings),
    ...claim,
  }
}

const terminalPhase = (preset: PresetId, largestLoss: number) =>
  onPreset(preset, {
    id: `digits.${preset}.terminal`,
    title: 'Training reaches the terminal phase: every training image is classified, the data loss is small',
    source: 'Papyan, Han, Donoho 2020, arXiv:2008.08186; our preset',
    check: (evidence) => [
      ...onMeasured(evidence, { quantity: 'accuracy', layer: null, step: 'last' }, ([accuracy]) => [
        within('training accuracy', accuracy!, 1, 0),
      ]),
      ...onMeasured(evidence, { quantity: 'dataLoss', layer: null, step: 'last' }, ([loss]) => [
        atMost('data loss', loss!, largestLoss),
      ]),
    ],
  })

const collapse = (preset: PresetId) =>
  onPreset(preset, {
    id: `digits.${preset}.collapse`,
    title: 'Within-class variability of the last features falls at least tenfold from its value at initialisation',
    source: 'Papyan, Han, Donoho 2020, arXiv:2008.08186 (NC1); our preset',
    check: (evidence, { depth }) => [
      ...onMeasured(evidence, { quantity: 'nc1', layer: depth, step: 0 }, ([before]) =>
        onMeasured(evidence, { quantity: 'nc1', layer: depth, step: 'last' }, ([after]) => [
          atLeast('NC1 at step 0 / NC1 at the end', before! / after!, 10),
        ]),
      ),
    ],
  })

const copies = onPreset('mse', {
  id: '01.C14',
  title: 'Every eigenvalue of the last-layer Hessian comes K times, whether the features collapsed or not',
  source: 'Theory note 01, section 6, C14: the block is I_K ⊗ HHᵀ/N',
  check: (evidence, { depth, K }) =>
    [0, 'last' as const].flatMap((step) => lastLayerCopies(evidence, { depth, K, step })),
})

function lastLayerCopies(
  evidence: Evidence,
  { depth, K, step }: { depth: number; K: number; step: number | 'last' },
): readonly ClaimCheck[] {
  return onMeasured(evidence, { quantity: 'layerHessian', layer: depth, step }, (eigenvalues) => {
    const largest = eigenvalues[0]!
    const spreads = Array.from({ length: Math.floor(eigenvalues.length / K) }, (_, group) => {
      return eigenvalues[group * K]! - eigenvalues[group * K + K - 1]!
    })
    // Hessian-vector products and a dense eigen-solver, not the formula, gave these: a few hundred roundings.
    return [
      atMost(
        `largest spread within K copies / largest eigenvalue, step ${step}`,
        Math.max(...spreads) / largest,
        1e-11,
      ),
    ]
  })
}

export const classifierClaims: readonly RunClaim<ClassifierParams>[] = [
  terminalPhase('small', 0.01),
  collapse('small'),
  terminalPhase('mse', 0.005),
  collapse('mse'),
  copies,
]
