import type { QuantityDefinition } from '#shared/records'
import { singularValues } from '#main/compute/linalg/index'
import { scalarMeasurement, vectorMeasurement, type Probe } from '#main/core/probe'
import { definedMeasurements } from './definedMeasurements'
import { effectiveRank } from './effectiveRank'
import { isMatrixModel } from './matrixModel'
import { recoveryError } from './recoveryError'

const source = 'Arora et al. 2019, arXiv:1905.13655; theory note 05, S-C'
const definition = { unit: '', scale: 'log', kind: 'scalar', perLayer: false } as const

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'recoveryError',
    label: 'Recovery error',
    symbol: '‖W−Φ‖/‖Φ‖',
    help: 'Relative error of the product over all entries that are known, observed or not; the loss sees the observed ones.',
    formula: '‖W − Φ‖_F/‖Φ‖_F',
    source,
  },
  {
    ...definition,
    id: 'productSingularValues',
    label: 'Singular values of the product',
    symbol: 'σ(W)',
    help: 'W is the product of all factors; descending.',
    formula: 'σ_i(W_L … W_1)',
    source,
    kind: 'vector',
  },
  {
    ...definition,
    id: 'effectiveRank',
    label: 'Effective rank of the product',
    symbol: 'erank',
    help: 'exp of the entropy of the singular values divided by their sum.',
    formula: 'exp(−Σ q_i ln q_i), q_i = σ_i/Σσ',
    source: 'Roy & Vetterli 2007; theory note 05, S-C',
    scale: 'linear',
  },
  {
    ...definition,
    id: 'trainedParameters',
    label: 'Trained parameters',
    symbol: 'P',
    help: 'How many numbers training changes; measured once, at step 0.',
    formula: 'Σ of the sizes of all trained factors',
    source: 'Theory note 05, S-C, counts',
    scale: 'linear',
  },
]

export default {
  id: 'recovery',
  title: 'Matrix recovery',
  quantities,
  applies: isMatrixModel,
  async measure(snapshot) {
    const { model, step } = snapshot
    if (!isMatrixModel(model)) return []
    const { phi, scored, trainedParameters } = model.matrixTarget
    const W = await snapshot.logits()
    const sigma = singularValues(W)
    return definedMeasurements([
      // Where everything known is trained on there is nothing to recover.
      ...(scored ? [() => scalarMeasurement('recoveryError', recoveryError(W, phi, scored))] : []),
      () => vectorMeasurement('productSingularValues', sigma),
      () => scalarMeasurement('effectiveRank', effectiveRank(sigma)),
      ...(step === 0 ? [() => scalarMeasurement('trainedParameters', trainedParameters)] : []),
    ])
  },
} satisfies Probe
