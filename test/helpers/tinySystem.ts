import { GRADIENT_DESCENT } from '#main/core/optimiser'
import { defineSystem, type System } from '#main/core/system'
import { scalarMeasurement, vectorMeasurement, type Probe } from '#main/core/probe'
import type { Execute } from '#main/jobs/serveJob'
import { LabError } from '#shared/errors'
import { choice, integer, parseParams } from '#shared/params'
import type { QuantityDefinition } from '#shared/records'

const params = {
  width: integer({ default: 2, min: 1, max: 100, symbol: 'd', help: 'width', label: 'Width' }),
  steps: integer({ default: 5, min: 1, symbol: 'T', help: 'training steps', label: 'Steps' }),
  pauseMs: integer({ default: 0, symbol: 'p', help: 'rest after each step', label: 'Pause' }),
  stateEvery: integer({
    default: 0,
    symbol: 's',
    help: 'steps between states to go on from; 0: none',
    label: 'States',
  }),
  ending: choice({
    default: 'completed',
    symbol: 'e',
    help: 'how the run ends',
    label: 'Ending',
    options: ['completed', 'diverged', 'failed', 'crashed', 'deaf', 'aborted', 'hung', 'bloated', 'exhausted'].map(
      (value) => ({ value, label: value }),
    ),
  }),
}

function quantity(id: string, kind: QuantityDefinition['kind']): QuantityDefinition {
  return {
    id,
    label: id,
    symbol: id,
    unit: '',
    help: id,
    formula: id,
    source: 'none',
    kind,
    scale: 'log',
    perLayer: false,
  }
}

const tinyProbe: Probe = {
  id: 'tiny',
  title: 'Tiny',
  quantities: [quantity('loss', 'scalar'), quantity('values', 'vector')],
  applies: () => true,
  measure: async ({ step }) => tinyMeasurements(step),
}
export const tinyProbes: ReadonlyMap<string, Probe> = new Map([[tinyProbe.id, tinyProbe]])

function tinyMeasurements(step: number) {
  return [scalarMeasurement('loss', 1 / (step + 1)), vectorMeasurement('values', Float64Array.of(step, -0, NaN))]
}

/** A system for tests of store, queue and service: its loss is 1 / (step + 1), and it ends as its parameter says. */
export const tinySystem: System = defineSystem({
  id: 'tiny',
  title: 'Tiny system',
  question: 'Does the queue work?',
  sources: ['none'],
  params,
  advice: ({ width }) => (width > 50 ? [{ path: 'params.width', message: 'That is wide.' }] : []),
  model: ({ width }) => ({
    parameters: [
      { name: 'H1', shape: [width, 4], layer: 0, kind: 'features', weightDecay: 0 },
      { name: 'W1', shape: [2, width], layer: 1, kind: 'weight', weightDecay: 0 },
    ],
    classes: 2,
    loss: 'mse',
    activation: 'linear',
    isLinearChain: true,
    forward: () => {
      throw new LabError('unavailable', 'the tiny system is not trained')
    },
  }),
  data: () => {
    throw new LabError('unavailable', 'the tiny system has no data')
  },
  initial: () => ({}),
  training: ({ steps }) => ({ steps, learningRate: () => 0.1, optimiser: GRADIENT_DESCENT, batchSize: null }),
  probes: ['tiny'],
  theory: () => [
    { quantity: 'loss', layer: null, levels: [{ value: 0, copies: 1, label: '0' }], formula: 'L = 0', source: 'none' },
  ],
  theoryFigures: ({ width }) => [
    {
      id: 'loss',
      title: 'Loss over the width',
      x: { label: 'd', scale: 'linear', values: [1, 50, 100], param: 'width', current: width },
      y: { label: 'L', scale: 'linear' },
      curves: [{ label: 'least', y: [0, 0, 0] }],
      marks: [],
      formula: 'L = 0',
      source: 'none',
    },
  ],
  claims: [
    {
      kind: 'run',
      id: 'tiny.C1',
      title: 'The loss falls as 1 / (step + 1)',
      source: 'none',
      preset: 'small',
      seeds: [0],
      applies: () => true,
      check(evidence, { steps }) {
        const measured = evidence.at('loss', null, 'last')?.data[0] ?? NaN
        const predicted = 1 / (steps + 1)
        return [{ label: 'loss', measured, predicted, relation: 'within', allowance: 0, holds: measured === predicted }]
      },
    },
    {
      kind: 'run',
      id: 'tiny.C2',
      title: 'A claim whose evidence is missing',
      source: 'none',
      preset: 'small',
      seeds: [0],
      applies: () => true,
      check(evidence) {
        if (!evidence.at('absent', null, 3)) throw new LabError('not-found', 'absent was not measured at step 3')
        return []
      },
    },
    {
      kind: 'run',
      id: 'tiny.C3',
      title: 'A claim about another preset',
      source: 'none',
      preset: 'wide',
      seeds: [0],
      applies: () => true,
      check: () => [],
    },
  ],
  presets: {
    small: { title: 'Small', note: 'at once', params: {} },
    wide: { title: 'Wide', note: 'at once', params: { width: 60 } },
  },
  figures: [],
})
export const tinySystems: ReadonlyMap<string, System> = new Map([[tinySystem.id, tinySystem]])

function tinyState(step: number) {
  return {
    checkpoint: { step, arrays: [{ name: 'W1', shape: [1], data: Float64Array.of(step) }] },
    lastFiniteLoss: 1 / (step + 1),
    trainedSeconds: step,
  }
}

/** Stands in for training. */
export const tinyExecute: Execute = async (
  spec,
  { sink, signal, pause, resume, onStart, onProgress, onCosts, onCheckpoint },
) => {
  const { steps, pauseMs, stateEvery, ending } = parseParams(params, spec.params)
  onStart({ version: 'test', pid: process.pid })
  const started = performance.now()
  const from = (resume?.checkpoint.step ?? -1) + 1
  for (let step = from; step <= steps; step++) {
    if (signal.aborted && ending !== 'deaf') return { status: 'cancelled', step }
    for (const measurement of tinyMeasurements(step)) sink.record({ meta: null, ...measurement, step })
    onProgress({
      step,
      steps,
      stepsPerSecond: 10,
      secondsLeft: step === 0 ? NaN : (steps - step) / 10,
      fraction: step / steps,
    })
    if (stateEvery > 0 && step % stateEvery === 0) onCheckpoint?.(tinyState(step), false)
    if (pause?.aborted && step < steps) {
      onCheckpoint?.(tinyState(step), false)
      return { status: 'rested', step }
    }
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  sink.log({ level: 'info', message: `reached step ${steps}` })
  if (ending === 'failed') throw new LabError('unavailable', 'The file /home/someone/data/digits.csv is missing.')
  if (ending === 'diverged') return { status: 'diverged', step: steps, lastFiniteLoss: 0.5 }
  if (ending === 'crashed') process.kill(process.pid, 'SIGSEGV')
  if (ending === 'aborted') process.abort()
  if (ending === 'hung') for (;;);
  // Pages that are written to: outside of the heap of JavaScript, where kernels keep their memory.
  const kept: unknown[] = []
  while (ending === 'bloated' && !signal.aborted) {
    kept.push(new Uint8Array(2 ** 24).fill(1))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  while (ending === 'exhausted') kept.push(Array.from({ length: 1000 }, (_, i) => [i]))
  const trainingSeconds = (performance.now() - started) / 1000
  onCosts?.({ steps: steps - Math.max(from - 1, 0), parameters: 6, trainingSeconds, measured: {} })
  return { status: 'completed', step: steps }
}
