import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ClaimCheck } from '#shared/records'
import { executeClaim } from '#main/jobs/exactClaim'
import { inProcessWorker } from '#main/jobs/inProcessWorker'
import { createService, type ServiceOptions } from '#main/service'
import { systems } from '#main/systems/registry'
import { temporaryFolder } from '../../helpers/projects'
import { tinyExecute, tinyProbes } from '../../helpers/tinySystem'

const resources = { read: () => new Uint8Array() }
const closedForm = 'deep-ufm'

function opened(given: Partial<ServiceOptions> = {}) {
  const service = createService({
    projectPath: join(temporaryFolder(), 'work.clps'),
    startWorker: inProcessWorker(tinyExecute, resources, { checkClaim: executeClaim }),
    systems,
    probes: tinyProbes,
    resources,
    slots: 1,
    host: 'loopback',
    blas: 'embedded',
    ...given,
  })
  onTestFinished(() => service.close())
  return service
}

async function statusOf({ handlers }: ReturnType<typeof opened>) {
  const listed = await handlers['systems.list'](null)
  return listed.find(({ id }) => id === closedForm)!.claimStatus
}

describe('claim.check', () => {
  it('answers the verdict on a claim that needs no run and keeps it', async () => {
    const projectPath = join(temporaryFolder(), 'work.clps')
    const service = opened({ projectPath })
    expect(await statusOf(service)).toEqual({})
    const asked = { system: closedForm, claimId: '02.C13' }
    const [first, second] = await Promise.all([
      service.handlers['claim.check'](asked),
      service.handlers['claim.check']({ ...asked, claimId: '02.C15' }),
    ])
    expect(first).toMatchObject({ id: '02.C13', holds: true })
    expect(first.checks.length).toBeGreaterThan(0)
    expect(second.checks.every((check: ClaimCheck) => check.holds)).toBe(true)
    await service.close()
    expect(await statusOf(opened({ projectPath, readOnly: true }))).toEqual({ '02.C13': true, '02.C15': true })
  })

  it('says what cannot be checked without a run, and goes on with the next claim', async () => {
    const { handlers } = opened()
    const asked = handlers['claim.check']({ system: closedForm, claimId: '01.C1' })
    const next = handlers['claim.check']({ system: closedForm, claimId: '02.C13' })
    await expect(asked).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('01.C1') })
    expect(await next).toMatchObject({ holds: true })
  })

  it('says that its process ended, and starts none once the service is closing', async () => {
    const worker = inProcessWorker(tinyExecute, resources, { checkClaim: () => new Promise(() => {}) })
    const handles: { kill(): void }[] = []
    const service = opened({
      startWorker() {
        const handle = worker()
        handles.push(handle)
        return handle
      },
    })
    const asked = { system: closedForm, claimId: '02.C13' }
    const killed = service.handlers['claim.check'](asked)
    await new Promise((resolve) => setImmediate(resolve))
    handles[0]!.kill()
    await expect(killed).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('SIGKILL') })
    const [active, waiting] = [service.handlers['claim.check'](asked), service.handlers['claim.check'](asked)]
    const endings = Promise.allSettled([active, waiting])
    await new Promise((resolve) => setImmediate(resolve))
    await service.close()
    expect((await endings).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(handles).toHaveLength(2)
  })

  it('is refused in a project that is only read', async () => {
    const projectPath = join(temporaryFolder(), 'work.clps')
    await opened({ projectPath }).close()
    const reader = opened({ projectPath, readOnly: true })
    const asked = reader.handlers['claim.check']({ system: closedForm, claimId: '02.C13' })
    await expect(asked).rejects.toMatchObject({ code: 'storage' })
  })
})
