import type { QuantityDefinition, SpectrumMeta } from '#shared/records'
import type { ParameterSpec } from '#main/core/model'
import type { Measurement, Probe } from '#main/core/probe'
import { fullDensity, fullSpectrum, type FullSpectrum } from './fullSpectrum'
import { isSparseStep } from './isSparseStep'
import { outlierLabels } from './outlierLabels'

const route =
  'Includes weight decay. Dense up to P = 2000, else the K² + 5 largest by deflated Lanczos; at step 0, the powers of ' +
  'ten and the last step.'
const source = 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, sections 5.4 and 7'

const quantities: readonly QuantityDefinition[] = [
  {
    id: 'fullHessian',
    label: 'Full Hessian eigenvalues',
    symbol: 'λ(∇²L)',
    unit: '',
    help: `In all parameters, free features and biases too, descending. ${route}`,
    formula: 'λ_i(∇²L)',
    source,
    kind: 'spectrum',
    scale: 'linear',
    perLayer: false,
  },
  {
    id: 'weightsHessian',
    label: 'Hessian eigenvalues, weights only',
    symbol: 'λ(∇²_W L)',
    unit: '',
    help: `In the weight matrices only, descending. ${route}`,
    formula: 'λ_i(∇²_W L)',
    source,
    kind: 'spectrum',
    scale: 'linear',
    perLayer: false,
  },
  {
    id: 'fullHessianDensity',
    label: 'Spectral density of the full Hessian',
    symbol: 'φ',
    unit: '',
    help:
      'Density of the eigenvalues of the full Hessian, smoothed with a Gaussian of width 0.01 (λ_max − λ_min); row 0 the ' +
      'grid, row 1 the density, which integrates to 1. From all eigenvalues where they are known, else by stochastic ' +
      'Lanczos quadrature (10 probes, 80 steps).',
    formula: 'φ(t) = 1/P Σ_i exp(−(t − λ_i)²/(2s²))/(s√(2π)), s = 0.01(λ_max − λ_min)',
    source:
      'Ghorbani, Krishnan, Xiao 2019, arXiv:1901.10159; Lin, Saad, Yang 2013, arXiv:1308.5467; theory note 01, section 7',
    kind: 'density',
    scale: 'log',
    perLayer: false,
  },
]

export default {
  id: 'fullHessian',
  title: 'Full Hessian spectrum',
  quantities,
  applies: () => true,
  async measure(snapshot, signal, isAsked = false) {
    if (!isAsked && !isSparseStep(snapshot)) return []
    const { parameters, loss, classes } = snapshot.model
    const weights = parameters.filter(({ kind }) => kind === 'weight')
    const all = await fullSpectrum(snapshot, signal)
    const same = weights.length === parameters.length
    const names = weights.map(({ name }) => name)
    const ofWeights = same ? all : await fullSpectrum(snapshot, signal, names)
    const { grid, density, meta } = await fullDensity(snapshot, snapshot.hessian('total'), all, signal)
    // Theory counts K² outliers over the weights; free features bring further ones (theory note 01, 5.4).
    const weightsCount = loss === 'mse' ? classes ** 2 : null
    const labels = ({ eigenvalues, vectors }: FullSpectrum, of: readonly ParameterSpec[]) =>
      outlierLabels(snapshot, of, eigenvalues, vectors)
    return [
      spectrum('fullHessian', 'full Hessian', all, same ? weightsCount : null, await labels(all, parameters)),
      spectrum(
        'weightsHessian',
        'full Hessian, weights only',
        ofWeights,
        weightsCount,
        await labels(ofWeights, weights),
      ),
      {
        quantity: 'fullHessianDensity',
        layer: null,
        shape: [2, grid.length],
        data: Float64Array.of(...grid, ...density),
        meta,
      },
    ]
  },
} satisfies Probe

function spectrum(
  quantity: string,
  matrix: string,
  { eigenvalues, meta }: FullSpectrum,
  theoryCount: number | null,
  labels: Pick<SpectrumMeta, 'labelled'>,
): Measurement {
  return {
    quantity,
    layer: null,
    shape: [eigenvalues.length],
    data: eigenvalues,
    meta: { matrix, includesRegularisation: true, theoryCount, ...meta, ...labels },
  }
}
