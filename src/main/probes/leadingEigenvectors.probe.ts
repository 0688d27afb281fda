import { LabError } from '#shared/errors'
import type { Probe } from '#main/core/probe'
import { behindEachOther } from './analysisSearch'
import { fullSpectrum } from './fullSpectrum'
import { isSparseStep } from './isSparseStep'

/** Larger sets are not recorded: 2 MiB a step. */
const MOST_ENTRIES = 2 ** 18

/** Megabytes for each run: nobody's default, but what overlaps and angles between any two steps are computed from. */
export default {
  id: 'leadingEigenvectors',
  title: 'Leading eigenvectors, recorded',
  quantities: [
    {
      id: 'topEigenvectors',
      label: 'Leading eigenvectors of the Hessian',
      symbol: 'U',
      unit: '',
      help:
        'The eigenvectors of the K largest eigenvalues of the Hessian of the loss, one a row, where they have at most 2^18 ' +
        'entries: what overlaps and angles between steps are computed from.',
      formula: 'U_K with ∇²L U_K = U_K diag(λ_1, …, λ_K)',
      source: 'Ben Arous et al. 2024, arXiv:2310.03010; theory note 04, section (c) 3',
      kind: 'matrix',
      scale: 'linear',
      perLayer: false,
    },
  ],
  applies: () => true,
  async measure(snapshot, signal, isAsked = false) {
    if (!isAsked && !isSparseStep(snapshot)) return []
    const { vectors } = await fullSpectrum(snapshot, signal)
    const basis = vectors.slice(0, snapshot.model.classes)
    const n = basis[0]?.length ?? 0
    if (basis.length * n <= MOST_ENTRIES) {
      return [{ quantity: 'topEigenvectors', layer: null, shape: [basis.length, n], data: behindEachOther(basis) }]
    }
    if (!isAsked) return []
    throw new LabError(
      'degenerate',
      `${basis.length} × ${n} eigenvectors are too many to record; at most 2^18 entries are.`,
    )
  },
} satisfies Probe
