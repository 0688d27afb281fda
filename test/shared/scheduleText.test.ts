import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSchedule, parseSteps, planText, scheduleText } from '#shared/scheduleText'
import {
  analysisPlanSchema,
  keptSteps,
  measuredSteps,
  parseRunSpec,
  probeSteps,
  scheduledSteps,
  scheduleSchema,
} from '#shared/spec'

const steps = fc.array(fc.integer({ min: 0, max: 1e6 }), { maxLength: 5 })
const schedules = fc
  .oneof(
    fc.record({ kind: fc.constant('log' as const), perDecade: fc.integer({ min: 1, max: 200 }), extraSteps: steps }),
    fc.record({ kind: fc.constant('linear' as const), every: fc.integer({ min: 1, max: 1e9 }), extraSteps: steps }),
    fc.record({ kind: fc.constant('end' as const), extraSteps: steps }),
  )
  .map((schedule) => scheduleSchema.parse(schedule))

describe('the text of a schedule', () => {
  it('is read back as the schedule', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        expect(parseSchedule(scheduleText(schedule))).toEqual({ schedule, problem: null })
      }),
    )
  })
  it.each([
    ['log', { kind: 'log', perDecade: 12 }],
    ['every 50', { kind: 'linear', every: 50 }],
    [' 300 , 1000', { kind: 'end', extraSteps: [300, 1000] }],
    ['end', { kind: 'end', extraSteps: [] }],
  ])('may be typed as %s', (text, schedule) => expect(parseSchedule(text).schedule).toMatchObject(schedule))
  it.each(['', 'every', 'every 0', 'log 0', 'sometimes', '300, x', '-5', 'log 12 300'])('is not %j', (text) => {
    expect(parseSchedule(text)).toEqual({ schedule: null, problem: expect.stringContaining(`Got "${text}", expected`) })
  })
  it('reads steps with commas or blanks', () => {
    expect(parseSteps('300, 1000 5')).toEqual([300, 1000, 5])
    expect(parseSteps(' ')).toEqual([])
    expect(parseSteps('1e3')).toBeNull()
  })
  it('says an analysis in a line', () => {
    const plan = analysisPlanSchema.parse({ steps: [300], spec: { operator: 'layerHessian', layer: 2, top: 20 } })
    expect(planText(plan)).toBe('layerHessian of layer 2 top 20 at 300')
    expect(planText(analysisPlanSchema.parse({ spec: { operator: 'hessian', parameters: ['W1'] } }))).toBe(
      'hessian over W1 at the last step',
    )
  })
})

describe('schedules of a spec', () => {
  const spec = parseRunSpec({
    system: 'tiny',
    schedule: { kind: 'linear', every: 40, extraSteps: [5] },
    probeSchedules: { hessian: { kind: 'end', extraSteps: [7] } },
    checkpoints: { steps: [50] },
    analyses: [{ steps: [60, 500], spec: { operator: 'hessian' } }, { spec: { operator: 'hessian' } }],
  })
  it('measure evenly from 0, the extra steps, those of kept states, and the last', () => {
    expect(probeSteps(spec, 'loss', 100)).toEqual([0, 5, 40, 50, 60, 80, 100])
  })
  it('let a probe have its own', () => {
    expect(probeSteps(spec, 'hessian', 100)).toEqual([7, 100])
    expect(measuredSteps(spec, 100)).toEqual([0, 5, 7, 40, 50, 60, 80, 100])
  })
  it('keep the states that will be analysed', () => {
    expect([...keptSteps(spec, 100)].sort((a, b) => a - b)).toEqual([50, 60, 100])
  })
  it('are read from specs that were written before there were any but one', () => {
    const old = { system: 'tiny', probes: ['loss'], schedule: { kind: 'log', perDecade: 3, extraSteps: [] } }
    expect(parseRunSpec(old)).toMatchObject({ probes: ['loss'], probeSchedules: {}, analyses: [] })
    expect(scheduledSteps(parseRunSpec(old).schedule, 10)).toEqual([0, 1, 2, 5, 10])
  })
})
