import type { QuantityDefinition } from '#shared/records'
import { scalarMeasurement, vectorMeasurement, type Measurement, type Probe } from '#main/core/probe'
import { definedMeasurements } from './definedMeasurements'
import { discrimination } from './discrimination'
import { lineFit } from '#shared/lineFit'
import { ratiosOf } from './ratiosOf'
import { separation } from './separation'

const wang = 'Wang et al. 2023, arXiv:2311.02960; theory note 05, S-B'
const heSu = 'He & Su 2022, arXiv:2210.17020; theory note 05, S-B'
const whole = { unit: '', scale: 'linear', perLayer: false } as const

const quantities: readonly QuantityDefinition[] = [
  {
    id: 'discrimination',
    label: 'Class discrimination',
    symbol: '1 − max cos',
    unit: '',
    help: 'Of the features that enter a layer, class means not centred. The cited paper calls it D_l, and our separation C_l.',
    formula: '1 − max_{k ≠ k′} cos(z̄_k, z̄_k′)',
    source: wang,
    kind: 'scalar',
    scale: 'linear',
    perLayer: true,
  },
  {
    ...whole,
    id: 'separationProfile',
    label: 'Class separation over depth',
    symbol: 'D_l',
    help: 'Of the features behind l = 0 … L − 1 layers; 0 is the input.',
    formula: 'D_l = tr Σ_W^l / tr Σ_B^l',
    source: wang,
    kind: 'vector',
    scale: 'log',
  },
  {
    ...whole,
    id: 'separationRatios',
    label: 'Ratios of class separation',
    symbol: 'D_{l+1}/D_l',
    help: 'By how much each layer l + 1 = 1 … L − 1 compresses the classes.',
    formula: 'D_{l+1}/D_l',
    source: wang,
    kind: 'vector',
    scale: 'log',
  },
  {
    ...whole,
    id: 'separationSlope',
    label: 'Slope of log separation',
    symbol: 'd log D / dl',
    help: 'Least-squares slope of the natural logarithm of D_l against l = 0 … L − 1.',
    formula: 'cov(l, ln D_l)/var(l)',
    source: heSu,
    kind: 'scalar',
  },
  {
    ...whole,
    id: 'separationCorrelation',
    label: 'Correlation of log separation with depth',
    symbol: 'r(log D, l)',
    help: 'Pearson correlation of log D_l with l = 0 … L − 1; −1 is the law of equi-separation.',
    formula: 'cov(l, ln D_l)/√(var(l) var(ln D_l))',
    source: heSu,
    kind: 'scalar',
  },
  {
    ...whole,
    id: 'discriminationCorrelation',
    label: 'Correlation of discrimination with depth',
    symbol: 'r(1 − max cos, l)',
    help: 'Pearson correlation of the discrimination with l = 1 … L − 1: the input is off the line.',
    formula: 'cov(l, x_l)/√(var(l) var(x_l)), x_l the discrimination',
    source: wang,
    kind: 'scalar',
  },
]

export default {
  id: 'depthProfile',
  title: 'Separation and discrimination over depth',
  quantities,
  applies: () => true,
  async measure(snapshot, signal) {
    const { classSizes } = snapshot.split
    const layers = await snapshot.layers()
    signal.throwIfAborted()
    const once = <T>(compute: () => T) => {
      let known: { value: T } | null = null
      return () => (known ??= { value: compute() }).value
    }
    const D = once(() => layers.map(({ input }) => separation(input, classSizes)))
    const told = once(() => layers.map(({ input }) => discrimination(input, classSizes)))
    const fit = () => lineFit(D().map(Math.log))
    const profiles: (() => Measurement)[] = [
      () => vectorMeasurement('separationProfile', Float64Array.from(D())),
      () => vectorMeasurement('separationRatios', ratiosOf(D())),
      () => scalarMeasurement('separationSlope', fit().slope),
      () => scalarMeasurement('separationCorrelation', fit().correlation),
      () => scalarMeasurement('discriminationCorrelation', lineFit(told().slice(1)).correlation),
    ]
    return definedMeasurements([
      ...layers.map(({ layer, input }) => () => {
        return scalarMeasurement('discrimination', discrimination(input, classSizes), layer)
      }),
      ...profiles,
    ])
  },
} satisfies Probe
