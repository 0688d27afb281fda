import { expect, it } from 'vitest'
import { LabError } from '#shared/errors'
import { createService, dispatch } from '#main/service'
import { inProcessWorker } from '#main/jobs/inProcessWorker'
import { join } from 'node:path'
import { temporaryFolder } from '../../helpers/projects'
import { tinyExecute, tinyProbes, tinySystems } from '../../helpers/tinySystem'
import { commandLine } from './harness'

it('does not wait for a queue that stands still, but says why with exit code 2', async () => {
  const trouble = new LabError('storage', 'The disk is full. Free some space.').toData()
  const { collapsar } = commandLine({
    async openService({ project, ...request }) {
      const service = createService({
        projectPath: join(temporaryFolder(), project.split('/').at(-1) ?? 'project.clps'),
        ...request,
        startWorker: inProcessWorker(tinyExecute, { read: () => new Uint8Array() }),
        systems: tinySystems,
        probes: tinyProbes,
        resources: { read: () => new Uint8Array() },
        host: 'loopback',
        blas: 'embedded',
      })
      const handlers: typeof service.handlers = {
        ...service.handlers,
        'runs.summaries': async (input) =>
          (await service.handlers['runs.summaries'](input)).map((run) => ({
            ...run,
            status: 'pending',
            error: trouble,
          })),
      }
      return { ...service, handlers, call: (method, input) => dispatch(handlers, method, input) }
    },
  })
  const { code, stderr } = await collapsar('run', 'tiny')
  expect(code).toBe(2)
  expect(stderr).toMatch(/disk is full.*Free some space/s)
})
