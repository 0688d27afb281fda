import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analysisSpecSchema } from '#shared/analysis'
import { runSpecSchema } from '#shared/spec'
import { parseSweepSpec, sweepSpecSchema, sweepToJson, type SweepAxis } from '#shared/sweep'
import { emptyDraft, type Draft } from '../../src/renderer/composables/draft'
import { draftFrom, sweepFromFile } from '../../src/renderer/composables/draftFrom'
import { specOf } from '../../src/renderer/composables/draftSpec'
import { deepUfm, imageClassifier } from './fixtures/systems'

const draft: Draft = {
  ...emptyDraft,
  system: deepUfm.id,
  fields: {
    'params.K': '3',
    'params.weightDecay': '5e-3',
    seed: '7',
    'schedule.extraSteps': '300, 1000',
    name: 'small',
  },
}
const typed = (fields: Draft['fields'], part: Partial<Draft> = {}): Draft => ({
  ...draft,
  ...part,
  fields: { ...draft.fields, ...fields },
})

describe('specOf', () => {
  it('turns text into the spec that the service accepts', () => {
    const { base, sweep, issues } = specOf(draft, deepUfm)
    expect(issues).toEqual([])
    expect(sweep).toBeNull()
    expect(runSpecSchema.parse(base)).toMatchObject({
      system: 'deep-ufm',
      params: { K: 3, weightDecay: 0.005, width: 10 },
      seed: 7,
      schedule: { perDecade: 12, extraSteps: [300, 1000] },
      name: 'small',
    })
  })

  it.each([
    ['params.K', '1', /Classes \(K\): got 1, expected a whole number from 2 to 50/],
    ['params.K', '2.5', /whole number/],
    ['params.K', '3, 1', /got 1, expected/],
    ['params.width', '', /Width \(width\): got ""/],
    ['params.weightDecay', '1e-2x', /got "1e-2x"/],
    ['params.weightDecay', '1e-4..', /is no range/],
    ['params.weightDecay', '~cauchy(0, 1)', /"cauchy" is no distribution/],
    ['seed', '-1', /got -1, expected a whole number from 0/],
    ['schedule.perDecade', '0', /from 1 to 200/],
    ['schedule.extraSteps', '300, x', /Got "300, x"/],
    ['name', 'n'.repeat(201), /200 characters/],
  ])('names %s with "%s" and what it expected', (path, text, message) => {
    const { issues } = specOf(typed({ [path]: text }), deepUfm)
    expect(issues).toHaveLength(1)
    expect(issues[0]).toMatchObject({ path, message: expect.stringMatching(message) })
  })

  it('reads a typographic minus, because people paste numbers from papers', () => {
    const { base } = specOf(typed({ 'params.weightDecay': '5e−3' }), deepUfm)
    expect(base.params).toMatchObject({ weightDecay: 0.005 })
  })

  it('keeps choices as words', () => {
    const { base } = specOf(typed({ 'params.loss': 'mse' }), imageClassifier)
    expect(base.params).toMatchObject({ loss: 'mse' })
  })

  it('makes an axis of every field with several values, seeds last, and takes the first values for the base', () => {
    const { base, sweep, issues } = specOf(
      typed({ seed: '0..3', 'params.width': '8, 10, 12', 'params.weightDecay': '1e-3..1e-2 log 2' }),
      deepUfm,
    )
    expect(issues).toEqual([])
    expect(base).toMatchObject({ seed: 0, params: { width: 8, weightDecay: 1e-3 } })
    expect(sweep?.axes?.map((axis) => axis.map(({ path }) => path))).toEqual([
      ['params.width'],
      ['params.weightDecay'],
      ['seed'],
    ])
  })

  it('joins zipped fields in one axis, and leaves a zip alone whose fields have one value', () => {
    const zips = [['params.width', 'params.depth']]
    const axesOf = (fields: Draft['fields']) => specOf(typed(fields, { zips }), deepUfm).sweep?.axes ?? []
    const both = axesOf({ 'params.width': '8, 10', 'params.depth': '2, 3' })
    expect(both.map((axis) => axis.map(({ path }) => path))).toEqual([['params.width', 'params.depth']])
    expect(axesOf({ 'params.width': '8, 10' })).toHaveLength(1)
    expect(axesOf({})).toEqual([])
  })

  it.each([
    ['draws', { kind: 'random', draws: '0' }, /Got "0", expected a whole number from 1/],
    ['factor', { kind: 'halving', factor: '1' }, /from 2 to 10/],
    ['firstSteps', { kind: 'halving', firstSteps: '' }, /Got "", expected a whole number of steps/],
  ] as const)('names what is wrong with the strategy: %s', (field, part, message) => {
    const { issues } = specOf(typed({ seed: '0..3' }, { strategy: { ...emptyDraft.strategy, ...part } }), deepUfm)
    expect(issues).toEqual([{ path: `strategy.${field}`, message: expect.stringMatching(message) }])
  })
})

describe('plans of a draft', () => {
  it('name what cannot be read, and leave it out', () => {
    const part = {
      probeSchedules: { loss: 'now and then', nc1: '' },
      analyses: [
        { spec: analysisSpecSchema.parse({ operator: 'hessian' }), steps: '10, x', count: '' },
        { spec: analysisSpecSchema.parse({ operator: 'hessian' }), steps: '', count: '0' },
      ],
    }
    const { base, issues } = specOf(typed({ 'checkpoints.steps': '1.5' }, part), deepUfm)
    expect(base).toMatchObject({ probeSchedules: {}, analyses: [] })
    expect(issues.map(({ path }) => path)).toEqual([
      'checkpoints.steps',
      'probeSchedules.loss',
      'analyses.0',
      'analyses.1',
    ])
    for (const { message } of issues) expect(message).toMatch(/^Got ".*", expected /)
  })
})

describe('draftFrom', () => {
  const axes: fc.Arbitrary<SweepAxis[]> = fc
    .record({
      width: fc.uniqueArray(fc.integer({ min: 2, max: 512 }), { minLength: 2, maxLength: 4 }),
      decay: fc.tuple(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.integer({ min: 1, max: 9 })),
      seeds: fc.integer({ min: 2, max: 9 }),
    })
    .map(({ width, decay: [to, count], seeds }) => [
      [{ path: 'params.width', values: { kind: 'list', values: width } }],
      [{ path: 'params.weightDecay', values: { kind: 'logUniform', from: 1e-7, to, count } }],
      [{ path: 'seed', values: { kind: 'range', from: 0, to: seeds - 1, count: seeds, scale: 'integer' } }],
    ])

  const planned = {
    schedule: { kind: 'linear', perDecade: 12, every: 250, extraSteps: [3] },
    probeSchedules: { nc1: { kind: 'end', extraSteps: [7, 9] }, loss: { kind: 'log', perDecade: 40 } },
    analyses: [
      { steps: [300], spec: { operator: 'layerHessian', layer: 2, top: 20, bottom: 3 } },
      { spec: { operator: 'hessian', parameters: ['W1'] } },
    ],
    checkpoints: { steps: [10, 20], resumeSeconds: 5 },
  } as const

  it('is undone by specOf', () => {
    fc.assert(
      fc.property(axes, fc.constantFrom('grid' as const, 'random' as const, 'halving' as const), (swept, kind) => {
        const base = specOf(draft, deepUfm).base
        const firsts = {
          ...base.params,
          width: swept[0]![0]!.values.kind === 'list' ? swept[0]![0]!.values.values[0]! : 0,
        }
        const strategies = {
          grid: { kind },
          random: { kind, draws: 12 },
          halving: { kind, draws: null, metric: 'nc1', direction: 'max', factor: 4, firstSteps: 50 },
        }
        const spec = parseSweepSpec({
          name: 'small',
          base: { ...base, ...planned, seed: 0, params: { ...firsts, weightDecay: 1e-7 } },
          axes: swept,
          constraints: ['width >= K', 'lambda < 1'],
          strategy: strategies[kind],
          drawSeed: 5,
        })
        const { sweep, issues } = specOf(draftFrom(spec), deepUfm)
        expect(issues).toEqual([])
        expect(sweepSpecSchema.parse(sweep)).toEqual(spec)
      }),
    )
  })

  it('keeps zipped fields together', () => {
    const zipped = typed(
      { 'params.width': '8, 10', 'params.depth': '2, 3' },
      { zips: [['params.width', 'params.depth']] },
    )
    const { sweep } = specOf(zipped, deepUfm)
    const again = specOf(draftFrom(parseSweepSpec(sweep)), deepUfm)
    expect(again.sweep).toEqual(sweep)
  })
})

describe('sweepFromFile', () => {
  it('reads a sweep, and the spec of a single run', () => {
    const { sweep, base } = specOf(typed({ seed: '0..3' }), deepUfm)
    const spec = parseSweepSpec(sweep)
    expect(sweepFromFile(sweepToJson(spec))).toEqual(spec)
    const run = runSpecSchema.parse({ ...base, seed: 4 })
    expect(sweepFromFile(JSON.stringify(run))).toMatchObject({ base: run, axes: [] })
  })
  it('says what is wrong with other files', () => {
    expect(() => sweepFromFile('loss,step')).toThrow(/not JSON/)
    expect(() => sweepFromFile('{"axes": 3}')).toThrow(/sweep\.base/)
    expect(() => sweepFromFile('{"system": "x", "lr": 3}')).toThrow(/base: unknown field "lr"/)
  })
})
