import type { TheoryFigure } from '#shared/theoryFigure'
import { depthOf, hasClosedForms, meanDecay, uniformConfig, type UfmConfig } from './config'
import { lowerSimplexSolution, simplexSolution, simplexThresholds } from './crossEntropy'
import { flatnessRatio, hasFlatnessRatio } from './flatnessRatio'
import { criticalDecay, existenceDecay, lowerGain, upperGain } from './gain'
import { graphSolution } from './graphSolution'
import type { UfmVariant } from './model'
import { hessianNorms, simplexFullLevels } from './simplexSpectra'
import { dimensionRatio, paperRatio } from './solutionSpace'
import { expandLevels } from './spectra'
import { pairStructure, polygonStructure, type Structure } from './structures'

const NOTE_01 = 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01'
const NORMS = [
  { name: 'spectral', label: 'spectral' },
  { name: 'frobenius', label: 'Frobenius' },
  { name: 'trace', label: 'trace' },
] as const
/** Theory note 02, table of D4: who wins depends on K. */
const COMPARED_CLASSES = [4, 6, 10]
/** Points of a curve that takes a Hessian each. */
const RATIOS = 11
/** Distances from a threshold at which the curves that end there are computed too. */
const BELOW_THRESHOLD = [0.1, 0.03, 0.01, 3e-3, 1e-3, 1e-4, 1e-6, 1e-9]
const NOTE_02 = 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02'

/** The theory around a draft: which solutions exist, which one wins. Empty where no closed form applies. */
export function ufmTheoryFigures(config: UfmConfig, { loss, activation }: UfmVariant): TheoryFigure[] {
  if (!hasClosedForms(config)) return []
  if (loss === 'mse') return activation === 'linear' ? [gainFigure(config)] : [gainFigure(config), graphFigure(config)]
  return [
    scaleFigure(config),
    lossOverDepth(config, config.K),
    lossOverDecay(config),
    flatness(config),
    ...flatnessOfBoth(config),
    dimensions(config),
    ...COMPARED_CLASSES.filter((K) => K !== config.K).map((K) => lossOverDepth(config, K)),
  ]
}

/** Theory note 01, F10: x(λ), both branches. */
function gainFigure(config: UfmConfig): TheoryFigure {
  const size = sizeOf(config)
  const [critical, existence] = [criticalDecay(size), existenceDecay(size)]
  const x = decayAxis(config, existence)
  return {
    id: 'gain',
    title: 'Gain of the collapsed solution',
    x,
    y: { label: 'x', name: 'Gain', scale: 'linear' },
    curves: [
      { label: 'minimum', y: x.values.map((lambda) => upperGain(withDecay(config, lambda))?.x ?? null) },
      {
        label: 'maximum',
        y: x.values.map((lambda) => lowerGain(withDecay(config, lambda))?.x ?? null),
        unstable: true,
      },
    ],
    marks: [
      { x: critical, label: 'λ_cr' },
      { x: existence, label: 'λ_ex' },
    ],
    formula: '(1 − x)^{L+1} x^{L−1} = K^{L+1} n λ^{L+1}',
    source: `${NOTE_01}, 5.1`,
  }
}

/** The same for cross-entropy: α(λ), both branches, beside the scales of the structures that compete with collapse. */
function scaleFigure(config: UfmConfig): TheoryFigure {
  const { K } = config
  const { exist, zero, psd } = simplexThresholds(sizeOf(config))
  const x = decayAxis(config, exist)
  const over = (scale: (at: UfmConfig) => number | null) => x.values.map((lambda) => scale(withDecay(config, lambda)))
  const pair = over((at) => scaleOf(pairStructure(at), 2))
  return {
    id: 'scale',
    title: 'Scale of the logits of every structure',
    x,
    y: { label: 'σ₁(Z)/√n', name: 'Scale of the outputs', scale: 'linear' },
    curves: [
      { label: 'collapse', y: over((at) => simplexSolution(at)?.t ?? null) },
      { label: 'collapse, maximum', y: over((at) => lowerSimplexSolution(at)?.t ?? null), unstable: true },
      ...(K % 2 === 0 ? [{ label: 'pair', y: pair }] : []),
      ...(K >= 5 ? [{ label: 'polygon', y: over((at) => scaleOf(polygonStructure(at), K / 2)) }] : []),
    ],
    marks: [
      { x: zero, label: 'λ_zero' },
      { x: exist, label: 'λ_exist' },
      ...(psd === null ? [] : [{ x: psd, label: 'λ_psd' }]),
    ],
    formula: 'collapse: α with λ n^{1/(L+1)} = α^{(L−1)/(L+1)}/(e^α + K − 1); pair: 2β; polygon: γ K/2',
    source: `${NOTE_02}, D2 and D3`,
  }
}

/** σ₁(Z)/√n of a structure whose class-mean logits have this largest singular value at scale 1. */
function scaleOf(structure: Structure | null, largest: number): number | null {
  return structure && structure.scales[0]! * largest
}

/**
 * Theory note 02, F6: loss of every structure over the depth, a picture for each number of classes K; zero, far above,
 * would hide where they cross. The draft's own K comes first.
 */
function lossOverDepth(config: UfmConfig, K: number): TheoryFigure {
  const values = Array.from({ length: 12 }, (_, i) => i + 1)
  const { n } = config
  const configs = values.map((L) => uniformConfig({ K, n, depth: L, width: K, lambda: meanDecay(config) }))
  const isOwn = K === config.K
  return {
    id: isOwn ? 'loss-over-depth' : `loss-over-depth-K-${K}`,
    title: `Loss of every structure over the depth, K = ${K}`,
    x: { label: 'L', name: 'Depth', scale: 'linear', values, param: 'depth', current: isOwn ? depthOf(config) : null },
    y: { label: 'L*', name: 'Loss', scale: 'linear' },
    curves: structureCurves(configs),
    marks: [],
    formula: 'g(Z) + λ/2 (L+1) Σ σ_i(Z)^{2/(L+1)} at the scale where it is least',
    source: `${NOTE_02}, D3 and D4`,
  }
}

function lossOverDecay(config: UfmConfig): TheoryFigure {
  const { exist, zero } = simplexThresholds(sizeOf(config))
  const x = decayAxis(config, exist)
  return {
    id: 'loss-over-decay',
    title: 'Loss of every structure over the weight decay',
    x,
    y: { label: 'L*', name: 'Loss', scale: 'log' },
    curves: [
      ...structureCurves(x.values.map((lambda) => withDecay(config, lambda))),
      { label: 'zero', y: x.values.map(() => Math.log(config.K)) },
    ],
    marks: [{ x: zero, label: 'λ_zero' }],
    formula: 'g(Z) + λ/2 (L+1) Σ σ_i(Z)^{2/(L+1)} at the scale where it is least',
    source: `${NOTE_02}, D3 and D4`,
  }
}

/** Theory note 02, D8: norms of the Hessian at collapse in units of λ ln(1/λ). */
function flatness(config: UfmConfig): TheoryFigure {
  const { exist } = simplexThresholds(sizeOf(config))
  const x = decayAxis(config, exist)
  const norms = x.values.map((lambda) => {
    const at = withDecay(config, lambda)
    const solution = simplexSolution(at)
    const unit = lambda * Math.log(1 / lambda)
    return solution && { unit, ...hessianNorms(expandLevels(simplexFullLevels(at, solution))) }
  })
  return {
    id: 'flatness',
    title: 'Flatness of collapse',
    x,
    y: { label: '‖∇²L‖/(λ ln 1/λ)', name: 'Norm', scale: 'log' },
    curves: NORMS.map(({ name, label }) => ({
      label,
      y: norms.map((norm) => norm && norm[name] / norm.unit),
    })),
    marks: [],
    formula: 'all norms of the Hessian are of order λ ln(1/λ)',
    source: `${NOTE_02}, D5 and D8`,
  }
}

/** Theory note 02, F9: how flat collapse is beside pairs; nothing where the Hessian at pairs takes too long. */
function flatnessOfBoth(config: UfmConfig): TheoryFigure[] {
  const { K, L } = sizeOf(config)
  if (!hasFlatnessRatio({ K, L })) return []
  const { values, ratios } = flatnessCurve(K, L)
  return [
    {
      id: 'flatness-ratio',
      title: 'Flatness of collapse against pairs',
      x: { label: 'λ', name: 'Weight decay', scale: 'log', values, param: 'weightDecay', current: meanDecay(config) },
      y: { label: '‖∇²L‖', name: 'At collapse over at pairs:', scale: 'linear' },
      curves: NORMS.map(({ name, label }) => ({
        label,
        y: ratios.map((ratio) => ratio && ratio[name]),
      })),
      marks: [],
      formula: `norms of the Hessian at both structures, n = 1, d = K = ${K}`,
      source: `${NOTE_02}, D8`,
    },
  ]
}

interface FlatnessCurve {
  readonly values: readonly number[]
  readonly ratios: readonly ReturnType<typeof flatnessRatio>[]
}

/** By K and L, on which alone the curve depends: drafts ask for it at every keystroke. There are ten of them at most. */
const flatnessCurves = new Map<string, FlatnessCurve>()

function flatnessCurve(K: number, L: number): FlatnessCurve {
  const known = flatnessCurves.get(`${K} ${L}`)
  if (known) return known
  const { exist } = simplexThresholds({ K, n: 1, L })
  const values = Array.from({ length: RATIOS }, (_, i) => exist * 1e-5 ** (1 - i / (RATIOS - 1)))
  const curve = { values, ratios: values.map((lambda) => flatnessRatio(K, L, lambda)) }
  flatnessCurves.set(`${K} ${L}`, curve)
  return curve
}

/** Theory note 02, F8: R(d) for the ranks of pair and polygon. */
function dimensions(config: UfmConfig): TheoryFigure {
  const { K, widths } = config
  const L = depthOf(config)
  const values = Array.from({ length: 60 }, (_, i) => K + i * Math.max(1, Math.round(K / 6)))
  const ranks = [...new Set([...(K % 2 === 0 ? [K / 2] : []), 2])].filter((r) => r < K - 1)
  return {
    id: 'dimensions',
    title: 'Solutions with collapse against those of rank r',
    x: {
      label: 'd',
      name: 'Width',
      scale: 'linear',
      values,
      param: 'width',
      current: widths.every((d) => d === widths[0]) ? widths[0]! : null,
    },
    y: { label: 'R(d)', name: 'Ratio of dimensions', scale: 'linear' },
    curves: ranks.flatMap((r) => [
      { label: `r = ${r}`, y: values.map((d) => dimensionRatio({ L, d, K, r })) },
      { label: `limit (K − 1)/${r}`, y: values.map(() => (K - 1) / r), unstable: true },
      { label: `paper’s count, r = ${r}`, y: values.map((d) => paperRatio({ L, d, K, r })), unstable: true },
    ]),
    marks: [],
    formula: 'R(d) = D_{K−1}/D_r, D_r = L(r d − r(r+1)/2); the paper counts L r (d − r)',
    source: `${NOTE_02}, D7`,
  }
}

/** Theory note 02, F10: cost of the graph solution against collapse. */
function graphFigure(config: UfmConfig): TheoryFigure {
  const values = Array.from({ length: 9 }, (_, i) => i + 4)
  const { n } = config
  return {
    id: 'graphs',
    title: 'Graph solution against collapse, ReLU',
    x: { label: 'r, with K = r(r − 1)/2 classes', scale: 'linear', values, param: null, current: null },
    y: { label: '(C_graph/C_DNC)^{1/(L+1)}', name: 'Ratio of costs', scale: 'linear' },
    curves: [3, 4, 5].map((L) => ({
      label: `L = ${L}`,
      y: values.map((r) => graphSolution({ r, L, n, lambda: meanDecay(config) }).ratio),
    })),
    marks: [],
    formula: 'C_graph = n N_T² r^{L−3} c K, C_DNC = n K^{L+1}; the graph solution wins below 1',
    source: 'after Súkeník, Lampert & Mondelli 2024, arXiv:2405.14468; theory note 02, D9',
  }
}

function structureCurves(configs: readonly UfmConfig[]): TheoryFigure['curves'] {
  const K = configs[0]!.K
  return [
    { label: 'collapse', y: configs.map((config) => simplexSolution(config)?.loss ?? null) },
    ...(K % 2 === 0 ? [{ label: 'pair', y: configs.map((config) => pairStructure(config)?.loss ?? null) }] : []),
    ...(K >= 5 ? [{ label: 'polygon', y: configs.map((config) => polygonStructure(config)?.loss ?? null) }] : []),
  ]
}

/** From four decades below the threshold to just above it, or as far as the draft's λ. */
function decayAxis(config: UfmConfig, threshold: number): TheoryFigure['x'] {
  const current = meanDecay(config)
  const [low, high] = [Math.min(threshold * 1e-4, current / 2), Math.max(threshold * 1.3, current * 1.1)]
  const even = Array.from({ length: 101 }, (_, i) => low * (high / low) ** (i / 100))
  // Branches meet at the threshold with an infinite slope: there the even grid would leave them apart.
  const below = BELOW_THRESHOLD.map((part) => threshold * (1 - part))
  const values = [...even, ...below].sort((a, b) => a - b)
  return { label: 'λ', name: 'Weight decay', scale: 'log', values, param: 'weightDecay', current }
}

/** The same sizes with one weight decay for all factors. */
function withDecay(config: UfmConfig, lambda: number): UfmConfig {
  return { ...config, lamH: lambda, lamW: config.lamW.map(() => lambda) }
}

function sizeOf(config: UfmConfig): { K: number; n: number; L: number } {
  return { K: config.K, n: config.n, L: depthOf(config) }
}
