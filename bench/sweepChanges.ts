import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newRunId, newSweepId } from '../src/main/core/newIds'
import { acceptSpec } from '../src/main/jobs/checkSpec'
import { folderResources } from '../src/main/jobs/folderResources'
import { forkWorker } from '../src/main/jobs/workerHandle'
import { probes } from '../src/main/probes/registry'
import { createService } from '../src/main/service'
import { systemClock } from '../src/main/store/clock'
import { openProject } from '../src/main/store/openProject'
import { systems } from '../src/main/systems/registry'
import type { SweepId } from '../src/shared/ids'
import { parseSweepSpec } from '../src/shared/sweep'
import type { Benchmark, BenchOptions } from './benchmark'
import { TurnTimes } from './turnTimes'
import { inTemporaryFolder } from './temporaryFolder'

const RUNS = 10_000

/** Retrying the ten thousand failed runs of a sweep, and cancelling it: how long, and how long anything else waits. */
export const sweepChanges: Benchmark = {
  name: 'sweep-changes',
  summary: 'failed runs of a sweep of 10 000 retried, then cancelled: time, own work between two turns',
  async run(options) {
    await inTemporaryFolder((folder) => measure(join(folder, 'sweep.clps'), options))
  },
}

async function measure(projectPath: string, { emit }: BenchOptions): Promise<void> {
  const resources = folderResources(fileURLToPath(new URL('../../resources/data', import.meta.url)))
  const sweepId = fillWithFailures(projectPath)
  const service = createService({
    projectPath,
    startWorker: forkWorker(fileURLToPath(new URL('worker.js', import.meta.url)), []),
    systems,
    probes,
    resources,
    slots: 1,
    host: 'loopback',
    blas: 'auto',
  })
  const timed = async (what: string, request: () => Promise<unknown>) => {
    const turns = new TurnTimes()
    const began = performance.now()
    await request()
    const taken = performance.now() - began
    turns.stop()
    const figure = (metric: string, value: number) =>
      emit({ bench: 'sweep-changes', case: { runs: RUNS }, metric: `${what}: ${metric}`, value })
    figure('whole, ms', taken)
    figure('own work between two turns, 99 %, ms', turns.quantile(0.99))
    figure('own work between two turns, longest, ms', turns.quantile(1))
  }
  await timed('retry', () => service.handlers['sweep.retryFailed']({ sweepId }))
  await timed('cancel', () => service.handlers['sweep.cancel']({ sweepId }))
  await service.close()
}

/** A sweep of which every run failed; the queue is paused, so that nothing trains. */
function fillWithFailures(path: string): SweepId {
  const project = openProject(path, { clock: systemClock })
  const catalogue = { systems, probes, resources: { read: () => new Uint8Array() } }
  const { spec, quantities, workload } = acceptSpec({ system: 'deep-ufm', params: { K: 4, n: 5, width: 8 } }, catalogue)
  const id = newSweepId()
  const error = { code: 'unavailable', message: 'The process that trained this run ended.', details: {} } as const
  project.transaction(() => {
    project.queue.pause(true)
    project.sweeps.add({ id, spec: parseSweepSpec({ base: spec }), createdAt: 0 })
    for (let index = 0; index < RUNS; index++) {
      const runId = newRunId()
      const run = { id: runId, spec: { ...spec, seed: index }, quantities, ...workload, createdAt: 0 }
      project.runs.enqueue({ ...run, sweep: { id, index }, shape: 'one' })
      project.runs.end(runId, { status: 'failed', step: 0, error, at: 1 })
    }
  })
  project.close()
  return id
}
