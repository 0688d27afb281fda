import type { QuantityDefinition } from '#shared/records'
import { scalarMeasurement, type Probe } from '#main/core/probe'
import { accuracyOf } from './accuracyOf'

const definition = {
  unit: '',
  kind: 'scalar',
  scale: 'linear',
  perLayer: false,
} as const

const quantities: readonly QuantityDefinition[] = [
  {
    ...definition,
    id: 'accuracy',
    label: 'Training accuracy',
    symbol: 'acc_train',
    help: 'Share of training samples whose own class has the strictly largest output; a tie counts as wrong. From 0 to 1.',
    formula: '1/N #{i: f_{y_i,i} > f_{c,i} for all c ≠ y_i}',
    source: 'Elementary; the decision of the network is its largest output',
  },
  {
    ...definition,
    id: 'testAccuracy',
    label: 'Test accuracy',
    symbol: 'acc_test',
    help: 'The same share over the test samples; measured only where the data have a test split.',
    formula: '1/N_test #{i: f_{y_i,i} > f_{c,i} for all c ≠ y_i}',
    source: 'Elementary; the decision of the network is its largest output',
  },
]

export default {
  id: 'accuracy',
  title: 'Accuracy',
  quantities,
  applies: () => true,
  async measure(snapshot) {
    const training = accuracyOf(await snapshot.logits(), snapshot.split.classSizes)
    const testLogits = await snapshot.testLogits()
    const { testSplit } = snapshot
    return [
      scalarMeasurement('accuracy', training),
      ...(testLogits && testSplit
        ? [scalarMeasurement('testAccuracy', accuracyOf(testLogits, testSplit.classSizes))]
        : []),
    ]
  },
} satisfies Probe
