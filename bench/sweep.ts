import { statSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { folderResources } from '../src/main/jobs/folderResources'
import { forkWorker } from '../src/main/jobs/workerHandle'
import { probes } from '../src/main/probes/registry'
import { createService } from '../src/main/service'
import { systems } from '../src/main/systems/registry'
import type { Benchmark, BenchOptions } from './benchmark'
import { TurnTimes } from './turnTimes'
import { inTemporaryFolder } from './temporaryFolder'

const RUNS = 10_000
const SLOTS = 2
const ASK_MS = 250

/** The built entries lie beside each other. */
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/**
 * Ten thousand seeds of a small deep UFM through the whole application but its window: real service, real worker
 * processes, real project file. Meanwhile the queue and the sweep are asked for as the page asks for them.
 */
export const sweep: Benchmark = {
  name: 'sweep',
  summary: '10 000 runs to convergence in one sweep: time, project file, delay of the service',
  async run(options) {
    await inTemporaryFolder((folder) => measure(join(folder, 'sweep.clps'), options))
  },
}

async function measure(projectPath: string, { emit, say }: BenchOptions): Promise<void> {
  const data = here('../../resources/data')
  const service = createService({
    projectPath,
    startWorker: forkWorker(here('worker.js'), [data]),
    systems,
    probes,
    resources: folderResources(data),
    slots: SLOTS,
    host: 'loopback',
    blas: 'auto',
  })
  const params = {
    K: 4,
    n: 5,
    width: 8,
    depth: 3,
    weightDecay: 0.005,
    learningRate: 0.2,
    gradientTolerance: 1e-6,
    steps: 20_000,
  }
  const described = { system: 'deep-ufm', loss: 'mse', K: 4, n: 5, d: 8, L: 3, runs: RUNS, slots: SLOTS }
  const tell = (metric: string, value: number) => emit({ bench: 'sweep', case: described, metric, value })
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const turns = new TurnTimes()
  const started = performance.now()
  const { sweepId } = await service.handlers['sweep.start']({
    spec: {
      name: 'prevalence',
      base: {
        system: 'deep-ufm',
        params,
        probes: ['loss', 'gradientNorm', 'outputStructure'],
        schedule: { kind: 'end' },
      },
      axes: [[{ path: 'seed', values: { kind: 'range', from: 0, to: RUNS - 1, count: RUNS, scale: 'integer' } }]],
    },
  })
  tell('plan and enqueue, ms', performance.now() - started)
  const answers: number[] = []
  for (;;) {
    const asked = performance.now()
    const found = await service.handlers['sweep.get']({ sweepId })
    await service.handlers['queue.list']({ offset: 0, limit: 50 })
    answers.push(performance.now() - asked)
    const { completed, pending, running, ...other } = found.counts
    if (found.endedAt !== null) {
      for (const [status, count] of Object.entries(other)) if (count > 0) say(`${count} runs ${status}`)
      tell('runs completed', completed)
      break
    }
    if (answers.length % 20 === 0) say(`${completed} completed, ${running} running, ${pending} waiting`)
    await sleep(ASK_MS)
  }
  const seconds = (performance.now() - started) / 1000
  delay.disable()
  turns.stop()
  tell('whole sweep, s', seconds)
  tell('runs per second', RUNS / seconds)
  tell('processor time of the service, s', process.cpuUsage().user / 1e6)
  tell('delay of the event loop, median ms', delay.percentile(50) / 1e6)
  tell('delay of the event loop, 99 %, ms', delay.percentile(99) / 1e6)
  tell('delay of the event loop, longest, ms', delay.max / 1e6)
  tell('own work between two turns, 99 %, ms', turns.quantile(0.99))
  tell('own work between two turns, longest, ms', turns.quantile(1))
  tell('answer to sweep.get and queue.list, longest ms', Math.max(...answers))
  await service.close()
  tell('project file, MB', statSync(projectPath).size / 1e6)
}
