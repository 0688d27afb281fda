import type { QuantityDefinition } from '#shared/records'
import { matrix } from '#main/compute/matrix'
import { scalarMeasurement, type Probe } from '#main/core/probe'
import { arrayOf } from './arrayOf'
import { classMeans } from './classMeans'
import { definedMeasurements } from './definedMeasurements'
import { schattenGap } from './schattenGap'
import { unusedWeight } from './unusedWeight'

const definition = { unit: '', kind: 'scalar', scale: 'log' } as const

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'schattenGap',
    label: 'Cost of the factors above the cheapest',
    symbol: 'Σ‖A_j‖² − M Σσ^{2/M}',
    help:
      'Over the M factors A_j of the outputs Z, λ̄ the geometric mean of the weight decays; zero at every critical point ' +
      'of a linear chain.',
    formula: 'Σ_j (λ_j/λ̄)‖A_j‖² − M Σ σ_i(Z)^{2/M}',
    source: 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02, D1',
    perLayer: false,
  },
  {
    ...definition,
    id: 'unusedWeight',
    label: 'Weight outside the class means',
    symbol: '‖W(I − Π)‖/‖W‖',
    help: 'Share of W_l that reads nothing of the centred class means of its features. Zero once a linear chain has converged.',
    formula: '‖W_l(I − Π_l)‖_F/‖W_l‖_F, Π_l the projector on the centred class means',
    source: 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02, section c4',
    perLayer: true,
  },
]

export default {
  id: 'factorEconomy',
  title: 'Economy of the factors',
  quantities,
  applies: (model) => model.isLinearChain && model.parameters.every(({ weightDecay }) => weightDecay > 0),
  async measure(snapshot) {
    const values = await snapshot.parameters()
    const factors = snapshot.model.parameters.map(({ name, shape: [rows = 0, cols = 0], weightDecay }) => ({
      factor: matrix(rows, cols, arrayOf(values, name)),
      weightDecay,
    }))
    const layers = await snapshot.layers()
    const gap = schattenGap(factors, await snapshot.logits())
    return definedMeasurements([
      () => scalarMeasurement('schattenGap', gap),
      ...layers.map(({ layer, input, weight }) => () => {
        const means = classMeans(input, snapshot.split.classSizes)
        return scalarMeasurement('unusedWeight', unusedWeight(weight, means), layer)
      }),
    ])
  },
} satisfies Probe
