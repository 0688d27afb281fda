import { describe, expect, it, vi } from 'vitest'
import type { RunSpecInput } from '#shared/spec'
import type { Service } from '#main/service'
import { realService } from '../../helpers/realService'

const params = { K: 2, n: 3, width: 4, depth: 2, steps: 50 }
const base: RunSpecInput = { system: 'deep-ufm', params, probes: ['loss'], backend: { blas: 'embedded' } }

async function ended(service: Service, spec: RunSpecInput) {
  const { runId } = await service.handlers['run.start']({ spec })
  await vi.waitFor(async () => expect((await service.handlers['run.get']({ runId })).status).toBe('completed'), 20_000)
  return runId
}

describe('analyses that a spec plans', () => {
  it('are made of the stored states once the run is complete', async () => {
    const service = realService()
    const runId = await ended(service, {
      ...base,
      analyses: [
        { steps: [0, 10], spec: { operator: 'hessian', method: 'dense' } },
        { spec: { operator: 'layerHessian', layer: 1, top: 3 } },
      ],
    })
    const analyses = await vi.waitFor(async () => {
      const all = await service.handlers['analyses.list']({ runId })
      expect(all.map(({ status }) => status)).toEqual(['done', 'done', 'done'])
      return all
    }, 20_000)
    expect(analyses.map(({ step, spec }) => [spec.operator, step]).toReversed()).toEqual([
      ['hessian', 0],
      ['hessian', 10],
      ['layerHessian', 50],
    ])
    expect(await service.handlers['run.states']({ runId })).toEqual({ kept: [0, 10, 50], last: 50 })
  })

  it('say in the log of a run which state was never stored', async () => {
    const service = realService()
    const runId = await ended(service, {
      ...base,
      params: { ...params, steps: 20_000, gradientTolerance: 1e-4 },
      schedule: { kind: 'end' },
      analyses: [{ steps: [19_999], spec: { operator: 'hessian' } }],
    })
    const { log } = await service.handlers['run.get']({ runId })
    expect(log.at(-1)).toMatchObject({
      level: 'warning',
      message: expect.stringMatching(/hessian was not made.*19999/),
    })
  })

  it.each<[string, RunSpecInput['analyses'], RegExp]>([
    ['an operator', [{ spec: { operator: 'hesian' } }], /"hesian".*hessian/],
    ['a layer', [{ spec: { operator: 'layerHessian', layer: 9 } }], /layer 9.*1 to 2/],
    ['no layer', [{ spec: { operator: 'layerHessian' } }], /layer none/],
    ['a parameter', [{ spec: { operator: 'hessian', parameters: ['W9'] } }], /W9.*H1/],
    ['a step', [{ steps: [10, 51], spec: { operator: 'hessian' } }], /step 51.*50 steps/],
  ])('are refused for %s that there is not', async (_, analyses, message) => {
    const { issues } = await realService().handlers['spec.preview']({ spec: { ...base, analyses } })
    expect(issues).toEqual([{ path: 'analyses.0', message: expect.stringMatching(message) }])
  })

  it('have a menu in the preview, and schedules are checked with them', async () => {
    const { handlers } = realService()
    const { analysisMenu } = await handlers['spec.preview']({ spec: base })
    expect(analysisMenu?.operators.map(({ id }) => id)).toContain('hessian')
    expect(analysisMenu?.weights).toEqual(['W1', 'W2'])
    const { issues } = await handlers['spec.preview']({ spec: { ...base, probeSchedules: { lossy: {} } } })
    expect(issues).toMatchObject([{ path: 'probes', message: expect.stringMatching(/"lossy"/) }])
    const dense = { ...params, steps: 10_000_000 }
    const every = { loss: { kind: 'linear', every: 1 } } as const
    const slow = await handlers['spec.preview']({ spec: { ...base, params: dense, probeSchedules: every } })
    expect(slow.issues).toMatchObject([
      { path: 'probeSchedules.loss', message: expect.stringMatching(/every 100 or more/) },
    ])
  })
})
