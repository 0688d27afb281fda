import { describe, expect, it } from 'vitest'
import type { RunOutcome } from '#shared/outcome'
import type { MeasuredRecord } from '#shared/records'
import { parseRunSpec, type RunSpecInput } from '#shared/spec'
import type { ResumePoint } from '#main/core/checkpoint'
import { executeReplicas } from '#main/jobs/executeReplicas'
import { executeRun } from '#main/jobs/executeRun'
import { folderResources } from '#main/jobs/folderResources'
import type { Task } from '#main/jobs/serveJob'
import { isRepeatable } from '../../helpers/repeatable'

const resources = folderResources('resources/data')

/** Everything that one run reports and repeats, numbers as bits. */
interface Reported {
  readonly records: string[]
  readonly log: string[]
  readonly states: { readonly point: ResumePoint; readonly kept: boolean }[]
  outcome: RunOutcome | null
}

function bitsOf({ quantity, layer, step, shape, data, meta }: MeasuredRecord): string {
  return JSON.stringify([
    quantity,
    layer,
    step,
    shape,
    Array.from(new BigUint64Array(data.slice().buffer), String),
    meta,
  ])
}

function task(input: RunSpecInput, given: Partial<Task> = {}): Task & { readonly reported: Reported } {
  const reported: Reported = { records: [], log: [], states: [], outcome: null }
  return {
    spec: parseRunSpec(input),
    signal: new AbortController().signal,
    sink: {
      record: (record) => {
        if (isRepeatable(record)) reported.records.push(bitsOf(record))
      },
      log: ({ message }) => reported.log.push(message),
    },
    onStart: () => {},
    onProgress: () => {},
    // But for what a clock says.
    onCheckpoint: (point, kept) => reported.states.push({ point: { ...point, trainedSeconds: 0 }, kept }),
    ended: (outcome) => (reported.outcome = outcome),
    ...given,
    reported,
  }
}

async function alone(input: RunSpecInput, given: Partial<Task> = {}): Promise<Reported> {
  const { reported, spec, ...options } = task(input, given)
  reported.outcome = await executeRun(spec, { ...options, resources })
  return reported
}

async function together(inputs: readonly RunSpecInput[], given: Partial<Task> = {}): Promise<Reported[]> {
  const tasks = inputs.map((input) => task(input, given))
  await executeReplicas(tasks, resources)
  return tasks.map(({ reported }) => reported)
}

const tiny = { K: 3, n: 2, width: 4, depth: 2, steps: 900, learningRate: 0.3 }
const sweep = (params: RunSpecInput['params'], seeds: number, rest: Partial<RunSpecInput> = {}) =>
  Array.from({ length: seeds }, (_, seed): RunSpecInput => ({
    system: 'deep-ufm',
    params: { ...tiny, ...params },
    seed,
    ...rest,
  }))

const converging = [0.005, 0.01, 0.03, 0.1].flatMap((weightDecay) =>
  sweep({ steps: 20_000, gradientTolerance: 1e-5, loss: 'ce', weightDecay }, 2, {
    probes: ['loss', 'gradientNorm', 'outputStructure'],
    schedule: { kind: 'end' },
  }),
)

describe('runs that train together', () => {
  it.each<[string, RunSpecInput[]]>([
    ['seeds, with all probes of the system', sweep({ steps: 30 }, 3, { schedule: { perDecade: 2 } })],
    [
      'weight decays, rates and initial scales',
      [0.002, 0.01, 0.05].flatMap((weightDecay, i) =>
        sweep({ weightDecay, learningRate: 0.1 * (i + 1), initScale: 0.5 * (i + 1) }, 1, {
          probes: ['loss', 'singularValues'],
        }),
      ),
    ],
    ['decays of which each ends on convergence at its own step', converging],
    [
      'rates of which some diverge',
      [0.3, 50, 0.2, 90].flatMap((learningRate) =>
        sweep({ learningRate, gradientTolerance: 1e-9 }, 1, { probes: ['loss'], schedule: { kind: 'end' } }),
      ),
    ],
    [
      'a linear network',
      [0, 1, 2].map((seed) => ({
        system: 'linear-network',
        params: { steps: 60 },
        seed,
        probes: ['loss', 'singularValues'],
      })),
    ],
    [
      'an image classifier on mini-batches of its own',
      [0, 1].map((seed) => ({
        system: 'image-classifier',
        params: { steps: 12, width: 6 },
        seed,
        probes: ['loss', 'accuracy'],
      })),
    ],
  ])('have the records, log, states and outcome of runs alone: %s', async (_, specs) => {
    const reported = await together(specs)
    for (const [i, spec] of specs.entries()) expect(reported[i]).toEqual(await alone(spec))
    expect(reported.every(({ outcome }) => outcome !== null)).toBe(true)
  })

  it('stop where they converge, each at its own step', async () => {
    const reported = await together(converging)
    const steps = reported.map(({ outcome }) => (outcome?.status === 'completed' ? outcome.step : NaN))
    expect(new Set(steps).size).toBeGreaterThan(1)
    expect(Math.max(...steps)).toBeLessThan(20_000)
    expect(reported.every(({ log }) => /Converged/.test(log.join()))).toBe(true)
  })

  it('are cancelled one by one', async () => {
    const abort = new AbortController()
    const specs = sweep({ steps: 40_000 }, 3, { probes: ['loss'], schedule: { kind: 'log', perDecade: 3 } })
    const tasks = specs.map((spec, i) =>
      task(spec, i === 1 ? { signal: abort.signal, onProgress: () => abort.abort() } : {}),
    )
    await executeReplicas(tasks, resources)
    const [first, cancelled] = tasks.map(({ reported }) => reported)
    expect(cancelled?.outcome).toMatchObject({ status: 'cancelled' })
    expect(cancelled?.outcome).not.toMatchObject({ step: 40_000 })
    // It can be resumed from where it was.
    expect(cancelled?.states.at(-1)).toMatchObject({ kept: false, point: { lastFiniteLoss: expect.any(Number) } })
    expect(cancelled?.states.at(-1)?.point.checkpoint.step).toBe(cancelled?.outcome?.status === 'cancelled' && cancelled.outcome.step) // prettier-ignore
    expect(first).toEqual(await alone(specs[0]!))
  })

  it('have states to go on from also before anything was measured', async () => {
    const specs = sweep({ steps: 5_000_000 }, 2, { probes: ['loss'], schedule: { kind: 'end' } })
    const abort = new AbortController()
    const reported = await together(specs, { signal: abort.signal, onProgress: () => abort.abort() })
    const single = await alone(specs[0]!, { signal: AbortSignal.timeout(100) })
    for (const { records, states, outcome } of [...reported, single]) {
      expect(records).toEqual([])
      expect(outcome).toMatchObject({ status: 'cancelled' })
      expect(states).toHaveLength(1)
      expect(states[0]?.point.lastFiniteLoss).toSatisfy(Number.isFinite)
    }
  })

  it('go on from states of one step, with the bits of runs that were never interrupted', async () => {
    const specs = sweep({}, 3, { probes: ['loss'], checkpoints: { steps: [400] } })
    const whole = await together(specs)
    const tasks = specs.map((spec, i) => {
      const state = whole[i]?.states.find(({ point }) => point.checkpoint.step === 400)
      if (!state) throw new Error('no state at step 400')
      return task(spec, { resume: state.point })
    })
    await executeReplicas(tasks, resources)
    for (const [i, { reported }] of tasks.entries()) {
      const after = whole[i]!.records.filter((record) => JSON.parse(record)[2] > 400)
      expect(reported.records).toEqual(after)
      expect(reported.states.at(-1)).toEqual(whole[i]!.states.at(-1))
    }
  })

  it('train without one that cannot be made', async () => {
    const specs = sweep({}, 3, { probes: ['loss'] })
    const broken = { ...specs[1]!, params: { ...tiny, weightDecay: -1 } }
    const [first, second, third] = await together([specs[0]!, broken, specs[2]!])
    expect(second?.outcome).toMatchObject({
      status: 'failed',
      error: { message: expect.stringMatching(/Weight decay/) },
    })
    expect(first).toEqual(await alone(specs[0]!))
    expect(third).toEqual(await alone(specs[2]!))
  })
})
