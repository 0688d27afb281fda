import { describe, expect, it } from 'vitest'
import type { MeasuredRecord } from '#shared/records'
import { parseRunSpec } from '#shared/spec'
import { executeRun } from '#main/jobs/executeRun'

const params = { loss: 'ce', K: 3, n: 1, width: 4, depth: 2, weightDecay: 0.05, learningRate: 0.5, steps: 5000 }

async function execute(given: Readonly<Record<string, number | string>>, probes: string[]) {
  const records: MeasuredRecord[] = []
  const log: string[] = []
  const outcome = await executeRun(
    parseRunSpec({ system: 'deep-ufm', params: { ...params, ...given }, probes, schedule: { perDecade: 2 } }),
    {
      resources: { read: () => new Uint8Array() },
      sink: { record: (record) => records.push(record), log: ({ message }) => log.push(message) },
      signal: new AbortController().signal,
      onStart: () => {},
      onProgress: () => {},
    },
  )
  const last = (quantity: string) => records.findLast((record) => record.quantity === quantity)
  return { records, log, outcome, last }
}

describe('a run that stops on its gradient norm', () => {
  it('ends at the first look below it, and measures there as at a last step', async () => {
    const { outcome, log, last } = await execute({ gradientTolerance: 1e-8 }, [
      'gradientNorm',
      'fullHessian',
      'outputStructure',
    ])
    const step = outcome.status === 'completed' ? outcome.step : NaN
    expect(step % 200).toBe(0)
    expect(step).toBeLessThan(5000)
    expect(last('gradientNorm')).toMatchObject({ step })
    expect(last('gradientNorm')!.data[0]).toBeLessThan(1e-8)
    // Measured at sparse steps and the last one only.
    expect(last('fullHessian')).toMatchObject({ step })
    expect(last('verdict')).toMatchObject({ step, meta: { verdict: 'neural collapse' } })
    expect(log).toEqual([`Converged at step ${step}: ‖∇L‖ < 1e-8.`])
  })

  it('takes the same steps to the bit as one that runs on', async () => {
    const stopped = await execute({ gradientTolerance: 1e-8 }, ['singularValues'])
    const { step, data } = stopped.last('singularValues')!
    const full = await execute({ steps: step }, ['singularValues'])
    expect(full.outcome).toEqual({ status: 'completed', step })
    expect([...new BigUint64Array(full.last('singularValues')!.data.slice().buffer)]).toEqual([
      ...new BigUint64Array(data.slice().buffer),
    ])
  })

  it('takes all its steps where the norm is not reached', async () => {
    const { outcome, log } = await execute({ gradientTolerance: 1e-8, steps: 300 }, ['loss'])
    expect(outcome).toEqual({ status: 'completed', step: 300 })
    expect(log).toEqual([])
  })

  it('is unconverged by its verdict when it ends too early, and diverges as any other', async () => {
    const early = await execute({ gradientTolerance: 1e-8, steps: 30 }, ['outputStructure'])
    expect(early.last('verdict')!.meta).toMatchObject({ verdict: 'unconverged' })
    const { outcome } = await execute({ gradientTolerance: 1e-8, learningRate: 100 }, ['loss'])
    expect(outcome.status).toBe('diverged')
  })
})
