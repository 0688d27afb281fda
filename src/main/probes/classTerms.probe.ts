import type { QuantityDefinition, SpectrumMeta } from '#shared/records'
import type { Matrix } from '#main/compute/matrix'
import type { Measurement, Probe } from '#main/core/probe'
import type { LayerState, Snapshot } from '#main/core/snapshot'
import { gramSpectrum } from '#main/spectra/index'
import { layerDecomposition } from './classDecomposition'
import { isSparseStep } from './isSparseStep'

/** Entries of the largest term X, d_{l+1} d_l × K N, that is decomposed. */
const LARGEST_TERM = 500_000

const when = 'At step 0, the powers of ten and the last step, in layers with d_{l+1} d_l K N up to 500 000.'

const terms = ['class', 'cross', 'within'] as const
/** v_icc′ = a_c′ ⊗ h_ic for MSE; averages drop the indices over which they are taken. */
const formulas = {
  class: 'G_class = Σ_c v_c v_cᵀ',
  cross: 'G_cross = 1/K Σ_{c,c′} (v_cc′ − v_c)(v_cc′ − v_c)ᵀ',
  within: 'G_within = 1/N Σ_{i,c,c′} (v_icc′ − v_cc′)(v_icc′ − v_cc′)ᵀ',
} as const
const words = { class: 'between classes', cross: 'between pairs of classes', within: 'within classes' } as const

const quantities = terms.map((term): QuantityDefinition => ({
  id: `${term}Hessian`,
  label: `Gauss-Newton eigenvalues ${words[term]}`,
  symbol: `ρ(G_${term})`,
  unit: '',
  help:
    `Eigenvalues of the term ${words[term]} of the Gauss-Newton matrix of W_l, G = G_class + G_cross + G_within ` +
    `(cross-entropy: + G_same), data part; descending. ${when}`,
  formula: formulas[term],
  source: 'Papyan 2019, arXiv:1901.08244; theory note 01, section 5.3',
  kind: 'spectrum',
  scale: 'log',
  perLayer: true,
}))

export default {
  id: 'classTerms',
  title: 'Class terms of the layer Hessian',
  quantities,
  applies: () => true,
  async measure(snapshot, signal, isAsked = false) {
    if (!isAsked && !isSparseStep(snapshot)) return []
    const measured: Measurement[] = []
    for (const state of await snapshot.layers()) {
      signal.throwIfAborted()
      const columns = snapshot.model.classes * state.input.cols
      if (state.weight.data.length * columns > LARGEST_TERM) continue
      const decomposition = await layerDecomposition(snapshot, state.layer)
      for (const term of terms) measured.push(spectrumOf(snapshot, state, term, decomposition[term]))
    }
    return measured
  },
} satisfies Probe

function spectrumOf(
  { dtype, model }: Snapshot,
  { layer, weight }: LayerState,
  term: (typeof terms)[number],
  X: Matrix,
): Measurement {
  const data = gramSpectrum(X)
  // Theory counts them for MSE only: K class directions, K(K − 1) pairs, none within.
  const counts = { class: model.classes, cross: model.classes * (model.classes - 1), within: 0 }
  const meta: SpectrumMeta = {
    matrix: `layer Gauss-Newton matrix, term ${words[term]}`,
    dimension: weight.data.length,
    includesRegularisation: false,
    method: 'gram',
    complete: true,
    dtype,
    theoryCount: model.loss === 'mse' ? counts[term] : null,
    products: null,
    maxResidual: null,
  }
  return { quantity: `${term}Hessian`, layer, shape: [data.length], data, meta: { ...meta } }
}
