import type { RunDetail } from '#shared/contract/index'
import type { FigureDefinition } from '#shared/figure'
import { isRunId, type RunId } from '#shared/ids'
import type { MeasuredRecord, Prediction, QuantityDefinition, SpectrumMeta } from '#shared/records'
import { parseRunSpec } from '#shared/spec'
import type { FigureHandlers } from '#charts/figureSource'

/** ρ of theory 01, configuration S, layer 2. */
export const RHO = 0.2153700722
const LAST = 6000
const steps = Float64Array.from([0, 1, 3, 10, 30, 100, 300, 1000, 3000, LAST])

const quantities: QuantityDefinition[] = [
  {
    id: 'loss',
    label: 'training loss',
    symbol: 'L',
    unit: '',
    help: '',
    formula: '',
    source: '',
    kind: 'scalar',
    scale: 'log',
    perLayer: false,
  },
  {
    id: 'nc1',
    label: 'within-class variability',
    symbol: 'NC1',
    unit: '',
    help: '',
    formula: '',
    source: '',
    kind: 'scalar',
    scale: 'log',
    perLayer: true,
  },
  {
    id: 'hessian',
    label: 'layer Hessian',
    symbol: 'ρ',
    unit: '',
    help: '',
    formula: '',
    source: '',
    kind: 'spectrum',
    scale: 'log',
    perLayer: true,
  },
  {
    id: 'density',
    label: 'spectral density',
    symbol: 'φ',
    unit: '',
    help: '',
    formula: '',
    source: '',
    kind: 'density',
    scale: 'log',
    perLayer: false,
  },
  {
    id: 'coefficients',
    label: 'coefficients',
    symbol: 'f',
    unit: '',
    help: '',
    formula: '',
    source: '',
    kind: 'matrix',
    scale: 'linear',
    perLayer: false,
  },
]

const predictions: Prediction[] = [
  { quantity: 'loss', layer: null, levels: [{ value: 0.0446060193, copies: 1, label: 'L*' }], formula: '', source: '' },
  {
    quantity: 'hessian',
    layer: null,
    levels: [
      { value: RHO, copies: 9, label: 'ρ' },
      { value: 0, copies: 91, label: '' },
    ],
    formula: '',
    source: '',
  },
]

function figure(
  id: string,
  mark: FigureDefinition['mark'],
  quantity: string,
  layers: FigureDefinition['layers'],
): FigureDefinition {
  return { id, title: `Figure ${id}`, tab: 'spectra', mark, quantities: [quantity], layers, overlayPrediction: true }
}

/** One figure of every mark; the last quantity of the run was never measured. */
export const figures: FigureDefinition[] = [
  figure('loss', 'series', 'loss', 'none'),
  figure('nc1', 'series', 'nc1', 'all'),
  figure('eigenvalues', 'bundle', 'hessian', 'one'),
  figure('spectrum', 'spectrum', 'hessian', 'one'),
  figure('density', 'density', 'density', 'none'),
  figure('f', 'heatmap', 'coefficients', 'none'),
]

const meta: SpectrumMeta = {
  matrix: 'layer Hessian, data part',
  dimension: 100,
  includesRegularisation: false,
  method: 'kronecker',
  complete: true,
  dtype: 'float64',
  theoryCount: 9,
  products: null,
  maxResidual: null,
}

/** Nine equal outliers (2·10⁻⁶ off at the end) and 91 small values. */
export function eigenvaluesAt(step: number): Float64Array {
  const grown = 1 - 0.5 * Math.exp(-step / 80)
  return Float64Array.from({ length: 100 }, (_, i) =>
    i < 9 ? RHO * (1 + 2e-6) * grown : 1e-3 * Math.exp(-step / 500 - i / 20),
  )
}

function arraysOf(quantity: string, layer: number | null): MeasuredRecord[] {
  if (quantity === 'hessian') {
    return Array.from(steps, (step) => ({
      quantity,
      layer,
      step,
      shape: [100],
      data: eigenvaluesAt(step),
      meta: { ...meta },
    }))
  }
  if (quantity === 'density') {
    const grid = Array.from({ length: 200 }, (_, i) => i / 199)
    const data = Float64Array.from([...grid, ...grid.map((t) => Math.exp(-(((t - 0.2) / 0.02) ** 2)))])
    return [{ quantity, layer, step: LAST, shape: [2, 200], data, meta: null }]
  }
  const data = Float64Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 / 3 : 0))
  return [{ quantity, layer, step: LAST, shape: [3, 3], data, meta: null }]
}

/** Losses decay towards the prediction; NC1 reaches exactly 0 in the last two measurements. */
function valueOf(quantity: string, step: number): number {
  if (quantity === 'loss') return 0.0446060193 + 0.5 * Math.exp(-step / 100)
  return step >= 3000 ? 0 : Math.exp(-step / 200)
}

/** The calls of a host that holds the sample run. */
export const handlers: FigureHandlers = {
  'run.series': async ({ quantity }) => ({ steps, values: steps.map((step) => valueOf(quantity, step)) }),
  'run.arrays': async ({ quantity, layer }) => arraysOf(quantity, layer),
  'run.array': async ({ quantity, layer, step }) => arraysOf(quantity, layer).findLast((r) => r.step <= step) ?? null,
}

function runId(text: string): RunId {
  if (!isRunId(text)) throw new Error(`${text} is not a run id`)
  return text
}

export const detail: RunDetail = {
  id: runId('r-0123456789'),
  name: '',
  system: 'deep-ufm',
  params: {},
  seed: 0,
  sweepId: null,
  status: 'completed',
  held: null,
  step: LAST,
  steps: LAST,
  fraction: 1,
  stepsPerSecond: null,
  secondsLeft: null,
  createdAt: 0,
  endedAt: 1,
  last: {},
  claimsHeld: 0,
  claimsChecked: 0,
  error: null,
  spec: parseRunSpec({ system: 'deep-ufm' }),
  title: 'deep-ufm',
  quantities,
  figures,
  predictions,
  claims: [],
  log: [],
  provenance: { version: '0.1.0' },
  advice: [],
  states: [],
  marks: { star: false, color: null, tags: [], hasNote: false },
  measured: [
    { quantity: 'loss', layer: null, steps },
    { quantity: 'nc1', layer: 1, steps },
    { quantity: 'nc1', layer: 2, steps },
    { quantity: 'hessian', layer: 1, steps },
    { quantity: 'hessian', layer: 2, steps },
    { quantity: 'density', layer: null, steps: Float64Array.of(LAST) },
    { quantity: 'coefficients', layer: null, steps: Float64Array.of(LAST) },
  ],
}
