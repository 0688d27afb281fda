import { describe, expect, it } from 'vitest'
import { spectrumNotes } from '#charts/spectrumMeta'
import { execute, type Executed } from '../../helpers/execute'
import { expectClose } from '../../helpers/expectClose'

const tiny = { K: 2, n: 3, width: 4, depth: 2, steps: 200 }
const valuesOf = ({ records }: Executed, quantity: string) =>
  records.filter((record) => record.quantity === quantity).map(({ step, data }) => [step, ...data])

describe('executeRun', () => {
  it('measures the first, the scheduled and the last step', async () => {
    const { records, outcome } = await execute({
      system: 'deep-ufm',
      params: tiny,
      probes: ['loss'],
      schedule: { perDecade: 1, extraSteps: [7] },
    })
    expect(outcome).toEqual({ status: 'completed', step: 200 })
    expect([...new Set(records.map((record) => record.step))]).toEqual([0, 1, 7, 10, 100, 200])
  })

  it.each([
    ['deep-ufm', tiny],
    ['image-classifier', { steps: 10, width: 6 }],
  ])('trains %s to the same bits with all probes, with one, and at other steps', async (system, params) => {
    const one = await execute({ system, params, probes: ['singularValues'], schedule: { perDecade: 1 } })
    const all = await execute({ system, params, schedule: { perDecade: 2 } })
    const last = (executed: Executed) =>
      executed.records
        .filter((record) => record.quantity === 'singularValues')
        .slice(-3)
        .map((record) => [...new BigUint64Array(record.data.slice().buffer)])
    expect(last(one).length).toBe(3)
    expect(last(all)).toEqual(last(one))
  })

  it('repeats a run bit for bit, and another seed differs', async () => {
    const spec = { system: 'deep-ufm', params: tiny, probes: ['loss'] }
    const first = await execute({ ...spec, seed: 3 })
    expect(valuesOf(await execute({ ...spec, seed: 3 }), 'loss')).toEqual(valuesOf(first, 'loss'))
    expect(valuesOf(await execute({ ...spec, seed: 4 }), 'loss')).not.toEqual(valuesOf(first, 'loss'))
  })

  it('records the copies found at the end beside those that theory predicts, and before it none', async () => {
    const params = { K: 3, n: 5, width: 10, depth: 3, weightDecay: 5e-3, learningRate: 0.5, steps: 6000 }
    const { records } = await execute({ system: 'deep-ufm', params, probes: ['layerHessian'], schedule: { perDecade: 1 } }) // prettier-ignore
    const last = records.findLast(({ quantity, layer }) => quantity === 'layerHessian' && layer === 2)!
    expect(last.meta!['copies']).toMatchObject([
      { found: 9, predicted: 9 },
      { found: 91, predicted: 91 },
    ])
    expect(spectrumNotes(last).join()).toContain('copies found/predicted 9/9, 91/91')
    const first = records.find(({ quantity, step }) => quantity === 'layerHessian' && step === 0)!
    expect(first.meta).not.toHaveProperty('copies')
  })

  it('ends as diverged and keeps what was recorded', async () => {
    const { outcome, records, log } = await execute({
      system: 'deep-ufm',
      params: { ...tiny, learningRate: 50 },
      probes: ['loss'],
    })
    expect(outcome.status).toBe('diverged')
    expect(outcome).toHaveProperty('lastFiniteLoss', expect.any(Number))
    expect(records.length).toBeGreaterThan(0)
    expect(records.every((record) => record.data.every(Number.isFinite))).toBe(true)
    expect(log.join()).toMatch(/Diverged/)
  })

  it('stores the states that the spec asks for, which are measured too, and the last', async () => {
    const { states, records } = await execute({
      system: 'deep-ufm',
      params: tiny,
      probes: ['loss'],
      schedule: { perDecade: 1 },
      checkpoints: { steps: [0, 7, 150, 900] },
    })
    expect(states).toEqual([0, 7, 150, 200].map((step) => ({ step, kept: true })))
    expect([...new Set(records.map((record) => record.step))]).toEqual([0, 1, 7, 10, 100, 150, 200])
  })

  it('stores a state to go on from as often as the spec says, and when it is cancelled', async () => {
    const spec = { system: 'deep-ufm', params: { ...tiny, steps: 10_000_000 }, probes: ['loss'] }
    const often = await execute({ ...spec, checkpoints: { resumeSeconds: 0.1 } }, 130)
    expect(often.states.length).toBeGreaterThan(1)
    expect(often.states.every(({ kept }) => !kept)).toBe(true)
    const { outcome, states } = await execute(spec, 20)
    expect(outcome).toEqual({ status: 'cancelled', step: states.at(-1)?.step })
    expect(states).toHaveLength(1)
  })

  it('stops when cancelled and says where', async () => {
    const { outcome, records } = await execute({ system: 'deep-ufm', params: { ...tiny, steps: 1_000_000 } }, 20)
    expect(outcome.status).toBe('cancelled')
    expect(records.length).toBeGreaterThanOrEqual(20)
  })

  it('steps on columns that stand for the samples, and says so, unless that is switched off', async () => {
    const spec = {
      system: 'deep-ufm',
      params: { ...tiny, width: 32, n: 20 },
      probes: ['loss'],
      schedule: { perDecade: 2 },
    }
    const [short, whole] = [
      await execute(spec),
      await execute({ ...spec, backend: { sampleCompression: 'off' } }),
    ] as const
    expect(short.log.join()).toMatch(/34 columns for 40 samples/)
    expect(short.provenance).toMatchObject({ steppedOn: '34 columns for 40 samples' })
    expect(whole.provenance).toMatchObject({ steppedOn: 'all samples' })
    // 200 steps of a few dozen operations each.
    expectClose(valuesOf(short, 'loss').flat(), valuesOf(whole, 'loss').flat(), { rtol: 1e-11 })
  })

  it('refuses an unknown system, parameter or probe by name', async () => {
    await expect(execute({ system: 'deep-ufo' })).rejects.toThrow(/deep-ufo.*deep-ufm/s)
    await expect(execute({ system: 'deep-ufm', params: { widht: 4 } })).rejects.toThrow(/widht.*width/s)
    await expect(execute({ system: 'deep-ufm', probes: ['lose'] })).rejects.toThrow(/lose.*loss/s)
    await expect(execute({ system: 'deep-ufm', backend: { id: 'gpu' } })).rejects.toThrow(/GPU/)
  })
})
