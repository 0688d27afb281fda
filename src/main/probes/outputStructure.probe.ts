import type { QuantityDefinition } from '#shared/records'
import { singularValues } from '#main/compute/linalg/index'
import { scalarMeasurement, vectorMeasurement, type Measurement, type Probe } from '#main/core/probe'
import { classMeans } from './classMeans'
import { definedMeasurements } from './definedMeasurements'
import { effectiveRank, participationRatio, stableRank } from './effectiveRanks'
import { totalGradientNorm } from './gradientNorm'
import { outputCollapseDistance, smallestMargin } from './outputCollapse'
import { predictedFrame } from './predictedFrame'
import { reordered, verdictOf, verdictRules, verdicts } from './verdict'

const source = 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02, section c'
const scalar = { unit: '', kind: 'scalar', perLayer: false } as const

const quantities: readonly QuantityDefinition[] = [
  {
    id: 'outputSingularValues',
    label: 'Singular values of the outputs',
    symbol: 'σ(Z)',
    unit: '',
    help: 'Of the K × N matrix Z of the outputs on the training samples, descending.',
    formula: 'σ_i(Z)',
    source,
    kind: 'vector',
    scale: 'log',
    perLayer: false,
  },
  {
    ...scalar,
    id: 'outputRank',
    label: 'Rank of the outputs',
    symbol: 'rank Z',
    scale: 'linear',
    help: 'Number of singular values of Z above 10⁻³ of the largest.',
    formula: '#{i: σ_i > 10⁻³ σ_1}',
    source,
  },
  {
    ...scalar,
    id: 'outputStableRank',
    label: 'Stable rank of the outputs',
    symbol: 'Σσ²/σ₁²',
    scale: 'linear',
    help: 'Of the singular values of Z; insensitive to small ones.',
    formula: 'Σσ_i²/σ_1²',
    source,
  },
  {
    ...scalar,
    id: 'outputEffectiveRank',
    label: 'Effective rank of the outputs',
    symbol: 'exp H(σ)',
    scale: 'linear',
    help: 'Of the singular values of Z: exp of the entropy of their shares.',
    formula: 'exp(−Σ q_i ln q_i), q_i = σ_i/Σσ',
    source: 'Roy & Vetterli 2007; theory note 02, section c',
  },
  {
    ...scalar,
    id: 'outputParticipation',
    label: 'Participation ratio of the outputs',
    symbol: '(Σσ²)²/Σσ⁴',
    scale: 'linear',
    help: 'Of the singular values of Z.',
    formula: '(Σσ_i²)²/Σσ_i⁴',
    source,
  },
  {
    ...scalar,
    id: 'outputScale',
    label: 'Scale of the outputs',
    symbol: 'σ₁(Z)/√n',
    scale: 'linear',
    help:
      'Largest singular value of Z over the root of the samples per class (their mean where classes differ): the gain x ' +
      'at collapse for squared error, the scale t of the logits for cross-entropy.',
    formula: 'σ_1(Z)/√(N/K)',
    source: 'Garrod & Keating 2024, arXiv:2404.06106; theory notes 01, 5.1 and 5.7, and 02, D2',
  },
  {
    ...scalar,
    id: 'outputCollapse',
    label: 'Distance of the outputs from neural collapse',
    symbol: '‖Z/‖Z‖ − T/‖T‖‖',
    scale: 'log',
    help: 'T has I − 11ᵀ/K (cross-entropy) or I (MSE without biases) as class means and no spread within classes. From 0 to 2.',
    formula: '‖Z/‖Z‖_F − T/‖T‖_F‖_F',
    source,
  },
  {
    ...scalar,
    id: 'smallestMargin',
    label: 'Smallest margin',
    symbol: 'min margin',
    scale: 'linear',
    help: 'Smallest lead of a sample’s own class over another. Positive: the outputs are diagonally superior.',
    formula: 'min_{i, c ≠ y_i} (z_{y_i,i} − z_{c,i})',
    source,
  },
  {
    id: 'classMeanLogits',
    label: 'Class-mean outputs, ordered',
    symbol: 'Z̄',
    unit: '',
    help:
      'K × K: column k is the mean output of a class. Classes are ordered so that those that repel each other most stand ' +
      'side by side (the record lists the order): pairs show as 2 × 2 blocks.',
    formula: 'Z̄_ck = 1/n_k Σ_{i in k} z_ci',
    source,
    kind: 'matrix',
    scale: 'linear',
    perLayer: false,
  },
  {
    ...scalar,
    id: 'verdict',
    label: 'Verdict',
    symbol: 'verdict',
    scale: 'linear',
    codes: verdicts,
    help:
      `${verdicts.map((kind, code) => `${code} ${kind}`).join(', ')}. Unconverged: ‖∇L‖ above ${verdictRules.gradientNorm}; ` +
      `zero: ‖Z‖ below ${verdictRules.zero}; collapse, pair, polygon: the normalised outputs are within ` +
      `${verdictRules.structure} of the structure, in any numbering of the classes.`,
    formula: '‖∇L‖, then ‖Z‖_F, then the distance ‖Z/‖Z‖_F − S/‖S‖_F‖_F from each structure S, then the rank',
    source: 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02, section c8',
  },
]

export default {
  id: 'outputStructure',
  title: 'Structure of the outputs',
  quantities,
  applies: () => true,
  async measure(snapshot) {
    const { classSizes } = snapshot.split
    const logits = await snapshot.logits()
    const frame = predictedFrame(snapshot.model)
    const sigma = singularValues(logits)
    const verdict = verdictOf({ logits, classSizes, frame, gradientNorm: await totalGradientNorm(snapshot) })
    const { rows: K, data } = reordered(classMeans(logits, classSizes), verdict.order)
    const order = [...verdict.order]
    const measured: Measurement[] = [
      vectorMeasurement('outputSingularValues', sigma),
      scalarMeasurement('outputRank', verdict.rank ?? NaN),
      scalarMeasurement('outputStableRank', stableRank(sigma)),
      scalarMeasurement('outputEffectiveRank', effectiveRank(sigma)),
      scalarMeasurement('outputParticipation', participationRatio(sigma)),
      scalarMeasurement('outputScale', (sigma[0] ?? NaN) / Math.sqrt(logits.cols / classSizes.length)),
      scalarMeasurement('smallestMargin', smallestMargin(logits, classSizes)),
      { quantity: 'classMeanLogits', layer: null, shape: [K, K], data, meta: { order } },
      { ...scalarMeasurement('verdict', verdicts.indexOf(verdict.kind)), meta: { verdict: verdict.text, order } },
    ]
    const attempts = [
      ...measured.map((measurement) => () => measurement),
      () => ({
        ...scalarMeasurement('outputCollapse', outputCollapseDistance(logits, classSizes, frame)),
        meta: { frame },
      }),
    ]
    return definedMeasurements(attempts)
  },
} satisfies Probe
