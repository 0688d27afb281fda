import { createService } from '#main/service'
import { forkWorker } from '#main/jobs/workerHandle'
import { tinyProbes, tinySystems } from './tinySystem'

/**
 * A service process of its own: `project`, `worker entry`. Trains one long run and prints, for each measurement that it
 * was told of (so it is committed), the run and the step.
 */
const [projectPath, entry] = process.argv.slice(2)
if (!projectPath || !entry) throw new Error('expected a project path and a worker entry')
const service = createService({
  projectPath,
  startWorker: forkWorker(entry),
  systems: tinySystems,
  probes: tinyProbes,
  resources: { read: () => new Uint8Array() },
  slots: 1,
  host: 'loopback',
  blas: 'embedded',
})
service.on('run.measured', ({ runId, step }) => console.log(`${runId} ${step}`))
await service.handlers['run.start']({ spec: { system: 'tiny', params: { steps: 100_000, pauseMs: 5 } } })
