import type { QuantityDefinition } from '#shared/records'
import { singularValues } from '#main/compute/linalg/index'
import { scalarMeasurement, vectorMeasurement, type Probe } from '#main/core/probe'
import { definedMeasurements } from './definedMeasurements'
import { effectiveRank } from './effectiveRank'
import { isMatrixModel } from './matrixModel'
import { recoveryError } from './recoveryError'

const source = 'Theory note 05, S-C; Arora et al. 2019, arXiv:1905.13655.'
const definition = { unit: '', scale: 'log', kind: 'scalar', perLayer: false } as const

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'recoveryError',
    label: 'Recovery error',
    symbol: '‖W−Φ‖/‖Φ‖',
    help: `Relative Frobenius error of the product over all entries that are known, observed or not; the loss sees the observed ones. ${source}`,
  },
  {
    ...definition,
    id: 'productSingularValues',
    label: 'Singular values of the product',
    symbol: 'σ(W)',
    help: `Singular values of W, the product of all factors, descending. ${source}`,
    kind: 'vector',
  },
  {
    ...definition,
    id: 'effectiveRank',
    label: 'Effective rank of the product',
    symbol: 'erank',
    help: `exp of the entropy of the singular values divided by their sum (Roy & Vetterli 2007). ${source}`,
    scale: 'linear',
  },
  {
    ...definition,
    id: 'trainedParameters',
    label: 'Trained parameters',
    symbol: 'P',
    help: 'How many numbers training changes; measured once, at step 0. Theory note 05, S-C ("Counts").',
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
