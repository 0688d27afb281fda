import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseRunSpec, type RunSpecInput } from '#shared/spec'
import type { RunId } from '#shared/ids'
import type { MeasuredRecord } from '#shared/records'
import { random } from '#main/compute/rng/random'
import { executeRun } from '#main/jobs/executeRun'
import { folderResources } from '#main/jobs/folderResources'
import { inProcessWorker } from '#main/jobs/inProcessWorker'
import { Scheduler } from '#main/jobs/scheduler'
import { workerLimits } from '#main/jobs/workerLimits'
import { uniformConfig } from '#main/systems/deep-ufm/config'
import { initialParameters } from '#main/systems/deep-ufm/initial'
import { ufmData, ufmModel } from '#main/systems/deep-ufm/model'
import { constantRate } from '#main/train/schedules'
import { Training, type TrainingOptions } from '#main/train/training'
import { openProject } from '#main/store/openProject'
import type { Project } from '#main/store/project'
import { embeddedBackend } from '../../helpers/evaluate'
import { fixedClock, newRun, runId, temporaryFolder } from '../../helpers/projects'
import { isRepeatable } from '../../helpers/repeatable'

const seeded = { seed: 7, numRuns: 1 }

/** A project file with a scheduler whose workers train for real. */
function laboratory() {
  const project = openProject(join(temporaryFolder(), 'work.collapsar'), { clock: fixedClock() })
  const ended = new Map<RunId, () => void>()
  const scheduler = new Scheduler({
    project,
    startWorker: inProcessWorker(executeRun, folderResources('resources/data')),
    clock: fixedClock(),
    slots: 1,
    resumes: false,
    freeDiskBytes: () => Infinity,
    limits: workerLimits(1),
    groupingOf: () => ({ together: 1, reason: '' }),
    onCompleted: () => {},
    onConcluded: () => {},
    onSettled: () => {},
    onChanged: ({ id }) => {
      if (project.runs.get(id).endedAt !== null) ended.get(id)?.()
    },
    onMeasured: () => {},
  })
  onTestFinished(async () => {
    await scheduler.close()
    project.close()
  })
  return {
    project,
    scheduler,
    async end(id: RunId) {
      const { promise, resolve } = Promise.withResolvers<void>()
      ended.set(id, resolve)
      scheduler.wake()
      await promise
      return project.runs.get(id)
    },
  }
}

function recordsOf(project: Project, id: RunId): MeasuredRecord[] {
  return project.records
    .measured(id)
    .flatMap(({ quantity, layer, steps }) =>
      Array.from(steps, (step) => project.records.atOrBefore(id, quantity, layer, step)!),
    )
}

const bytes = ({ buffer, byteOffset, byteLength }: Float64Array | Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('hex')

/** Everything that a run left behind and another execution leaves again, to the bit. */
function remains(project: Project, id: RunId, steps: readonly number[]) {
  return {
    records: recordsOf(project, id)
      .filter(isRepeatable)
      .map(({ data, ...rest }) => ({ ...rest, data: bytes(data) })),
    states: steps.map((step) =>
      project.checkpoints.at(id, step).arrays.map(({ data, ...rest }) => ({ ...rest, data: bytes(data) })),
    ),
  }
}

/**
 * Trains a run to its end; then, for each cut, another that stops at some moment after the cut with the state of the cut
 * as its last one, and goes on.
 */
async function expectSameWhenCut(spec: RunSpecInput, steps: number, cuts: readonly [cut: number, lost: number][]) {
  const { project, scheduler, end } = laboratory()
  const parsed = parseRunSpec({ ...spec, checkpoints: { steps: cuts.map(([cut]) => cut) } })
  const run = (number: number) => newRun(number, { spec: parsed, steps })
  project.runs.enqueue(run(0))
  const whole = await end(runId(0))
  expect(whole).toMatchObject({ status: 'completed', error: null })
  const records = recordsOf(project, whole.id)
  for (const [i, [cut, lost]] of cuts.entries()) {
    const id = runId(i + 1)
    project.runs.enqueue(run(i + 1))
    project.runs.start(id, 0)
    // Measured already, and to be replaced from the cut on.
    project.records.append(
      id,
      records.filter(({ step }) => step <= cut + lost),
    )
    const checkpoint = project.checkpoints.at(whole.id, cut)
    project.checkpoints.save(id, { checkpoint, lastFiniteLoss: 1, trainedSeconds: 0 }, false)
    project.runs.end(id, { status: 'interrupted', step: null, error: null, at: 0 })
    scheduler.resume(id)
    expect(await end(id)).toMatchObject({ status: 'completed', step: whole.step, startedAtStep: cut })
    const later = [...cuts.map(([step]) => step).filter((step) => step > cut), whole.step]
    expect(remains(project, id, later)).toEqual(remains(project, whole.id, later))
  }
}

const cutsBelow = (steps: number, count: number) =>
  fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: steps - 1 }), fc.integer({ min: 0, max: steps })), {
    minLength: count,
    maxLength: count,
    selector: ([cut]) => cut,
  })

const digits = { K: 3, n: 5, width: 5, depth: 2, testSet: 'none', biases: 'yes', batchSize: 4, steps: 40, warmUp: 5 }
const optimisers = [
  { name: 'stochastic gradient descent', params: { optimiser: 'momentum', momentum: 0 } },
  { name: 'the heavy ball', params: { optimiser: 'momentum' } },
  { name: 'Nesterov', params: { optimiser: 'nesterov' } },
  { name: 'Adam', params: { optimiser: 'adam', learningRate: 0.01 } },
  { name: 'AdamW', params: { optimiser: 'adamw', learningRate: 0.01 } },
]

describe.each([
  ['float64', 20],
  ['float32', 5],
] as const)('a run in %s that was cut off at any of %i random steps', (dtype, count) => {
  it.each(optimisers)('ends with the same bits, with $name on mini-batches', async ({ params }) => {
    const spec: RunSpecInput = {
      system: 'image-classifier',
      params: { ...digits, ...params },
      seed: 3,
      probes: ['loss', 'gradientNorm', 'singularValues'],
      schedule: { perDecade: 6 },
      backend: { dtype, blas: 'embedded' },
    }
    await fc.assert(
      fc.asyncProperty(cutsBelow(40, count), (cuts) => expectSameWhenCut(spec, 40, cuts)),
      seeded,
    )
  })
})

describe('a run that was cut off', () => {
  it('ends with the same bits with normalised descent, which no system offers yet', async () => {
    const config = uniformConfig({ K: 3, n: 2, depth: 2, width: 4, lambda: 0.01 })
    const options: TrainingOptions = {
      model: ufmModel(config, { loss: 'ce', activation: 'linear' }),
      data: ufmData(config),
      initial: initialParameters(config, 1, random(1, 'initial')),
      recipe: {
        steps: 40,
        learningRate: constantRate(1),
        optimiser: { kind: 'normalised', weightShare: 0.01, logitChange: 0.3 },
        batchSize: null,
      },
      backend: await embeddedBackend(),
      random: random(1, 'training'),
      seed: 1,
    }
    const { project } = laboratory()
    project.runs.enqueue(newRun(1))
    const whole = new Training(options)
    for (let step = 0; step <= 40; step++) {
      project.checkpoints.save(
        runId(1),
        { checkpoint: await whole.checkpoint(), lastFiniteLoss: 1, trainedSeconds: 0 },
        true,
      )
      whole.advance()
    }
    const property = fc.asyncProperty(fc.integer({ min: 0, max: 39 }), async (cut) => {
      const resumed = new Training(options)
      resumed.resume(project.checkpoints.at(runId(1), cut))
      while (resumed.step < 40) resumed.advance()
      expect(await resumed.checkpoint()).toEqual(project.checkpoints.at(runId(1), 40))
      resumed.dispose()
    })
    await fc.assert(property, { ...seeded, numRuns: 20 })
  })

  it('ends with the same bits where probes compare with the start', async () => {
    const params = { width: 8, rank: 2, steps: 30, optimiser: 'nesterov', momentum: 0.5, learningRate: 0.05 }
    const spec: RunSpecInput = { system: 'linear-network', params, backend: { blas: 'embedded' } }
    await fc.assert(
      fc.asyncProperty(cutsBelow(30, 4), (cuts) => expectSameWhenCut(spec, 30, cuts)),
      seeded,
    )
  })

  it('ends where it would have converged', async () => {
    const params = { K: 2, n: 2, width: 3, depth: 2, gradientTolerance: 1e-4, steps: 20_000 }
    const spec: RunSpecInput = { system: 'deep-ufm', params, probes: ['loss'], backend: { blas: 'embedded' } }
    await expectSameWhenCut(spec, 20_000, [
      [100, 7],
      [200, 3],
      [250, 400],
    ])
  })
})
