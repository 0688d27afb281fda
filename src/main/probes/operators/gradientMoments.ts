import { symmetricEigen } from '#main/compute/linalg/index'
import { columns } from '#main/spectra/index'
import { parameterReading } from '../eigenvectorReading'
import { sampleGradients } from '../sampleGradients'
import { combineSamples, sampleMomentGram, type SampleMoment } from '../sampleMoment'
import { chosenParameters, inWords, type ExactSpectrum, type OperatorDefinition } from './definition'
import { named } from './hessians'

/** Largest Gram matrix that is decomposed whole. */
const GRAM_LIMIT = 1200

export const gradientMomentOperators: readonly OperatorDefinition[] = [
  { centred: false, id: 'gradientMoment', title: 'Second moment of the gradients', words: 'gradient second moment' },
  { centred: true, id: 'gradientCovariance', title: 'Covariance of the gradients', words: 'gradient covariance' },
].map(({ centred, id, title, words }): OperatorDefinition => ({
  id,
  title,
  help:
    (centred ? '1/N Σ_i (g_i − ḡ)(g_i − ḡ)ᵀ' : '1/N Σ_i g_i g_iᵀ') +
    ' over the training samples, g_i the gradient of sample i’s data loss. Rank at most N. Ben Arous et al. 2023, ' +
    'arXiv:2310.03010; theory note 04, b3.',
  choose: 'parameters',
  applies: () => true,
  async make(snapshot, choice) {
    const chosen = chosenParameters(snapshot.model, choice)
    const N = snapshot.split.targets.cols
    const operator = snapshot.gradientMoment({ centred }, chosen.map(({ name }) => name)) // prettier-ignore
    const gram = async () => {
      const blocks = await sampleGradients(snapshot, chosen)
      return fromGram({ blocks, weights: new Float64Array(N).fill(1 / N), centred }, operator.n)
    }
    return {
      ...named(operator, `${words}, ${inWords(snapshot.model, chosen)}`, {
        includesRegularisation: false,
        theoryCount: null,
        samples: centred ? N - 1 : N,
        reading: () => parameterReading(snapshot, chosen),
      }),
      exact: N > GRAM_LIMIT ? null : gram,
    }
  },
}))

/** Eigenvalues below this share of the largest are zero to rounding and have no direction of their own. */
const ZERO = 1e-12

/**
 * The moment by its Gram matrix K = Γᵀ Γ, Γ = [√ω_i (g_i − ḡ)]: eigenvalues of K and zeros for the dimensions beyond it,
 * eigenvectors Γ a / √λ for K a = λ a.
 */
function fromGram(moment: SampleMoment, n: number): ExactSpectrum {
  const eigen = symmetricEigen(sampleMomentGram(moment), { vectors: true })
  // Gram matrices are positive semidefinite; what rounding leaves below zero is zero.
  const values = Float64Array.from({ length: n }, (_, r) => Math.max(0, eigen.values[r] ?? 0))
  return {
    values,
    method: 'gram',
    vectors(count) {
      const rank = values.findIndex((value) => !(value > ZERO * values[0]!))
      const kept = columns(eigen.vectors!).slice(0, Math.min(count, rank < 0 ? values.length : rank))
      return kept.map((a, r) => combineSamples(moment.blocks, sampleFactors(moment, a, values[r]!)))
    },
  }
}

/** Γ a / √λ = Σ_i factor_i g_i with factor_i = (√ω_i a_i − ω_i Σ_j √ω_j a_j / Σ_j ω_j) / √λ, the last part where centred. */
function sampleFactors({ weights, centred }: SampleMoment, a: Float64Array, eigenvalue: number): Float64Array {
  const total = weights.reduce((sum, w) => sum + w, 0)
  const mean = centred ? a.reduce((sum, x, i) => sum + Math.sqrt(weights[i]!) * x, 0) / total : 0
  return a.map((x, i) => (Math.sqrt(weights[i]!) * x - weights[i]! * mean) / Math.sqrt(eigenvalue))
}
