import { describe, expect, it } from 'vitest'
import { specOf, type Draft } from '../../src/renderer/composables/draft'
import { runSpecSchema } from '#shared/spec'
import { deepUfm, imageClassifier } from './fixtures/systems'

const draft: Draft = {
  system: deepUfm.id,
  params: { K: '3', weightDecay: '5e-3' },
  seed: '7',
  perDecade: '12',
  extraSteps: '300, 1000',
  probes: null,
  dtype: 'float64',
  blas: 'auto',
  name: 'small',
}

describe('specOf', () => {
  it('turns text into the spec that the service accepts', () => {
    const { spec, issues } = specOf(draft, deepUfm)
    expect(issues).toEqual([])
    expect(runSpecSchema.parse(spec)).toMatchObject({
      system: 'deep-ufm',
      params: { K: 3, weightDecay: 0.005, width: 10 },
      seed: 7,
      schedule: { perDecade: 12, extraSteps: [300, 1000] },
      name: 'small',
    })
  })
  it.each([
    ['params.K', { params: { K: '1' } }, /Classes \(K\): got 1, expected a whole number from 2 to 50/],
    ['params.K', { params: { K: '2.5' } }, /whole number/],
    ['params.width', { params: { width: '' } }, /Width \(width\): got ""/],
    ['params.weightDecay', { params: { weightDecay: '1e-2x' } }, /got "1e-2x"/],
    ['seed', { seed: '-1' }, /Got "-1", expected a whole number from 0/],
    ['schedule.perDecade', { perDecade: '0' }, /from 1 to 200/],
    ['schedule.extraSteps', { extraSteps: '300, x' }, /Got "300, x"/],
    ['name', { name: 'n'.repeat(201) }, /200 characters/],
  ])('names %s and what it expected', (path, part, message) => {
    const { issues } = specOf({ ...draft, ...part }, deepUfm)
    expect(issues).toHaveLength(1)
    expect(issues[0]).toMatchObject({ path, message: expect.stringMatching(message) })
  })
  it('reads a typographic minus, because people paste numbers from papers', () => {
    expect(specOf({ ...draft, params: { weightDecay: '5e−3' } }, deepUfm).spec.params).toMatchObject({
      weightDecay: 0.005,
    })
  })
  it('keeps choices as words', () => {
    expect(specOf({ ...draft, params: { loss: 'mse' } }, imageClassifier).spec.params).toMatchObject({ loss: 'mse' })
  })
})
