import { emptyComparison, type Comparison, type Metric } from '#shared/comparison'
import type { ComparedRun } from '#shared/contract/comparisons'
import type { RunColor } from '#shared/contract/runs'
import type { Handlers } from '#shared/contract/index'
import { integer, real } from '#shared/params'
import { parseRunSpec } from '#shared/spec'
import type { QuantityDefinition } from '#shared/records'
import { comparisonContext, type ComparisonContext, type loadPanel } from '#charts/compare/context'
import { runId } from '../../helpers/projects'

const steps = Float64Array.of(0, 1, 10, 100, 1000)
const text = { unit: '', help: '', formula: '', source: '' } as const
export const quantities: QuantityDefinition[] = [
  { ...text, id: 'loss', label: 'Loss', symbol: 'L', kind: 'scalar', scale: 'log', perLayer: false },
  { ...text, id: 'nc1', label: 'NC1', symbol: 'NC1', kind: 'scalar', scale: 'log', perLayer: true },
  { ...text, id: 'spectrum', label: 'eigenvalues', symbol: 'λ', kind: 'spectrum', scale: 'log', perLayer: false },
  { ...text, id: 'wallTime', label: 'wall time', symbol: '', kind: 'clock', scale: 'linear', perLayer: false },
  { ...text, id: 'angle', label: 'angle', symbol: '', kind: 'scalar', scale: 'linear', perLayer: false },
]
export const systems = [
  {
    id: 'tiny',
    title: 'Tiny system',
    params: {
      width: integer({ default: 2, symbol: 'd', label: 'Width', help: '' }),
      weightDecay: real({ default: 0.1, symbol: 'λ', label: 'Weight decay', help: '', scale: 'log' }),
    },
  },
]

export interface RunGiven {
  readonly width?: number
  readonly weightDecay?: number
  readonly seed?: number
  readonly name?: string
  readonly system?: string
  /** Beside the seed and the version. */
  readonly computedBy?: Readonly<Record<string, string | number>>
  readonly color?: RunColor
  /** How many of the five measurements it got to. */
  readonly length?: number
}

/** Runs whose loss falls to their weight decay, a little higher for higher seeds. */
export function comparedRuns(given: readonly RunGiven[]): ComparedRun[] {
  return given.map(({ seed = 0, name = '', color = null, system = 'tiny', computedBy = {}, ...params }, i) => ({
    id: runId(i + 1),
    spec: parseRunSpec({
      system,
      params: { width: params.width ?? 2, weightDecay: params.weightDecay ?? 0.1 },
      seed,
      name,
    }),
    color,
    status: 'completed',
    step: 1000,
    provenance: { version: '0.1.0', seed, ...computedBy },
    scalars: ['loss', 'wallTime', 'angle'].map((quantity) => ({ quantity, layer: null })),
    arrays: [{ quantity: 'spectrum', layer: null, steps }],
  }))
}

export const metric = (quantity: string, layer: number | null = null): Metric => ({ quantity, layer })

function valueOf({ spec }: ComparedRun, quantity: string, step: number, i: number): number {
  const decay = Number(spec.params['weightDecay'])
  if (quantity === 'loss') return (decay + 1 / (step + 1)) * (1 + spec.seed / 100)
  if (quantity === 'angle') return Math.sin(i)
  // The clock begins anew after the third measurement: the run was resumed.
  return i < 3 ? i + spec.seed / 10 : i - 3
}

/** The calls of a service that knows these runs. */
export function fakeHandlers(
  runs: readonly ComparedRun[],
  given: readonly RunGiven[],
): Parameters<typeof loadPanel>[2] {
  const handlers: Pick<Handlers, 'comparison.series' | 'comparison.arrays' | 'comparison.theory'> = {
    'comparison.series': async ({ runIds, quantity }) =>
      runs.flatMap((run, k) => {
        if (!runIds.includes(run.id) || quantity === 'nc1') return []
        const own = steps.slice(0, given[k]?.length ?? steps.length)
        return [{ runId: run.id, steps: own, values: own.map((step, i) => valueOf(run, quantity, step, i)) }]
      }),
    'comparison.arrays': async ({ runIds }) =>
      runIds.map((id) => ({
        runId: id,
        record: {
          quantity: 'spectrum',
          layer: null,
          step: 1000,
          shape: [4],
          data: Float64Array.of(1, 2, 2, 1e-3),
          meta: null,
        },
        prediction: {
          quantity: 'spectrum',
          layer: null,
          levels: [{ value: 2, copies: 2, label: 'outliers' }],
          formula: '',
          source: '',
        },
      })),
    'comparison.theory': async ({ values }) => ({
      levels: [{ label: '', values: Float64Array.from(values) }],
      formula: 'L* = λ',
      source: 'a paper',
    }),
  }
  return handlers
}

export function contextOf(runs: readonly ComparedRun[], comparison: Partial<Comparison> = {}): ComparisonContext {
  return comparisonContext(
    { ...emptyComparison, runIds: runs.map((run) => run.id), ...comparison },
    { runs, quantities },
    systems,
  )
}

/** Two settings, three seeds each. */
export const twoByThree: readonly RunGiven[] = [0.01, 0.1].flatMap((weightDecay) =>
  [0, 1, 2].map((seed) => ({ weightDecay, seed })),
)
