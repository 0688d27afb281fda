import { symmetricEigenvalues } from '#main/compute/linalg/index'
import { parameterReading } from '../eigenvectorReading'
import { sampleGradients } from '../sampleGradients'
import { sampleMomentGram, sampleMomentOperator, type SampleMoment } from '../sampleMoment'
import { chosenParameters, inWords, type OperatorDefinition } from './definition'
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
    const blocks = await sampleGradients(snapshot, chosen)
    const moment: SampleMoment = { blocks, weights: new Float64Array(N).fill(1 / N), centred }
    const operator = sampleMomentOperator(moment)
    return {
      ...named(operator, `${words}, ${inWords(snapshot.model, chosen)}`, {
        includesRegularisation: false,
        theoryCount: null,
        reading: () => parameterReading(snapshot, chosen),
      }),
      exact: N > GRAM_LIMIT ? null : async () => ({ values: fromGram(moment, operator.n), method: 'gram' }),
    }
  },
}))

/** Eigenvalues of the moment: those of the Gram matrix, and zeros for the dimensions beyond it. */
function fromGram(moment: SampleMoment, n: number): Float64Array {
  const values = symmetricEigenvalues(sampleMomentGram(moment))
  // Gram matrices are positive semidefinite; what rounding leaves below zero is zero.
  return Float64Array.from({ length: n }, (_, r) => Math.max(0, values[r] ?? 0))
}
