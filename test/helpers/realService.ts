import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Resources } from '#main/core/system'
import { executeAnalysis } from '#main/jobs/executeAnalysis'
import { executeReplicas } from '#main/jobs/executeReplicas'
import { executeRun } from '#main/jobs/executeRun'
import { folderResources } from '#main/jobs/folderResources'
import { inProcessWorker } from '#main/jobs/inProcessWorker'
import { probes } from '#main/probes/registry'
import { createService, type Service } from '#main/service'
import { systems } from '#main/systems/registry'
import { temporaryFolder } from './projects'

interface Options {
  readonly projectPath?: string
  readonly slots?: number
  readonly resources?: Resources
}

/** The service with the real systems and probes, and workers in this process; closed when the test has ended. */
export function realService({
  projectPath = join(temporaryFolder(), 'work.clps'),
  slots = 1,
  resources = folderResources('resources/data'),
}: Options = {}): Service {
  const service = createService({
    projectPath,
    startWorker: inProcessWorker(executeRun, resources, { together: executeReplicas, analyse: executeAnalysis }),
    systems,
    probes,
    resources,
    slots,
    host: 'loopback',
    blas: 'embedded',
  })
  onTestFinished(() => service.close())
  return service
}
