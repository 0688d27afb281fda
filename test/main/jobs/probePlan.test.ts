import { describe, expect, it } from 'vitest'
import { parseRunSpec, type RunSpecInput } from '#shared/spec'
import type { Progress } from '#shared/outcome'
import type { Probe } from '#main/core/probe'
import { MeasuringCosts } from '#main/jobs/measuringCosts'
import { Pace } from '#main/jobs/pace'
import { POINT, ProbePlan } from '#main/jobs/probePlan'
import { execute } from '../../helpers/execute'

const probe = (id: string): Probe => ({
  id,
  title: id,
  quantities: [],
  applies: () => true,
  measure: async () => [],
})
const planOf = (input: Partial<RunSpecInput>, steps: number, rest: number | null = null) =>
  new ProbePlan(parseRunSpec({ system: 'tiny', ...input }), [probe('a'), probe('b')], steps, rest)
const namesAt = (plan: ProbePlan, step: number, isLast = false) => plan.dueAt(step, isLast).map((due) => due.probe.id)

describe('ProbePlan', () => {
  const own = { schedule: { kind: 'end' }, probeSchedules: { b: { kind: 'linear', every: 4 } } } as const
  it('lets each probe measure at its own steps, and all of them at the last', () => {
    const plan = planOf(own, 10)
    expect(plan.points).toEqual([0, 4, 8, 10])
    expect(namesAt(plan, 4)).toEqual(['b'])
    expect(namesAt(plan, 10)).toEqual(['a', 'b'])
    expect(plan.after(4)).toEqual([8, 10])
  })
  it('lets all of them measure where a run rests or converges', () => {
    const plan = planOf(own, 10, 6)
    expect(plan.after(-1)).toEqual([0, 4, 6])
    expect(namesAt(plan, 6)).toEqual(['a', 'b'])
    expect(namesAt(plan, 4, true)).toEqual(['a', 'b'])
  })
  it('says which steps a person asked for', () => {
    const [b] = planOf(own, 10).dueAt(4, false)
    expect(b).toMatchObject({ isAsked: true, costClass: 'b*' })
    const [a] = planOf({}, 10).dueAt(2, false)
    expect(a).toMatchObject({ isAsked: false, costClass: 'a' })
  })
  it('counts measurements by what they cost', () => {
    expect(Object.fromEntries(planOf(own, 10).counts)).toEqual({ [POINT]: 4, 'a*': 1, 'b*': 4 })
    const shared = planOf({ schedule: { kind: 'linear', every: 1 } }, 12)
    // Of the steps 0 to 12, costly probes measure at 0, 1, 10 and the last.
    expect(Object.fromEntries(shared.counts)).toEqual({ [POINT]: 13, 'a*': 4, a: 9, 'b*': 4, b: 9 })
  })
})

describe('MeasuringCosts', () => {
  it('adds up what is left from what each class took so far', () => {
    const plan = planOf({ schedule: { kind: 'end', extraSteps: [3, 5] } }, 10)
    const costs = new MeasuringCosts(plan, -1)
    expect(costs.secondsLeft(2)).toBe(0)
    costs.begin(3, 2)
    costs.add('a', 1)
    costs.add('b', 3)
    costs.add(POINT, 0)
    costs.finishOne()
    // One run at step 3 and two at 5 and 10: a takes 1 s, b 3 s, at the last step too as far as one can tell.
    expect(costs.secondsLeft(2)).toBeCloseTo((1 + 3) * (1 + 2 + 2), 12)
    costs.begin(5, 2)
    expect(costs.secondsLeft(2)).toBeCloseTo((1 + 3) * (2 + 2), 12)
    expect(costs.seconds).toBe(4)
  })
  it('begins where a run goes on', () => {
    const plan = planOf({ schedule: { kind: 'end', extraSteps: [3, 5] } }, 10)
    const costs = new MeasuringCosts(plan, 5)
    costs.add('a', 1)
    costs.add('b', 1)
    costs.add(POINT, 0)
    expect(costs.secondsLeft(1)).toBeCloseTo(2, 12)
  })
})

describe('Pace', () => {
  it('reports progress by time: the first measurements of a batch move it before any step', async () => {
    const plan = planOf({ schedule: { kind: 'end', extraSteps: [0] } }, 1000)
    const costs = new MeasuringCosts(plan, -1)
    const reports: Progress[] = []
    const pace = new Pace({ steps: 1000, from: 0, before: 0, costs, runs: () => 2, report: (one) => reports.push(one) })
    costs.begin(0, 2)
    for (const name of [POINT, 'a', 'b']) costs.add(name, 0.1)
    costs.finishOne()
    await pace.turn(0, true)
    expect(reports[0]).toMatchObject({ step: 0, secondsLeft: NaN })
    expect(reports[0]!.fraction).toBeGreaterThan(0)
    expect(reports[0]!.fraction).toBeLessThan(0.5)
  })
})

describe('a run whose probes have schedules of their own', () => {
  const params = { K: 2, n: 3, width: 4, depth: 2, steps: 50 }
  it('measures each at its own steps, costly ones too, with the numbers of a run that measured more', async () => {
    const probes = ['loss', 'fullHessian']
    const base = { system: 'deep-ufm', params, probes } as const
    const own = await execute({
      ...base,
      schedule: { kind: 'linear', every: 20 },
      probeSchedules: { fullHessian: { kind: 'end', extraSteps: [7] } },
    })
    const stepsOf = (quantity: string) =>
      own.records.filter((record) => record.quantity === quantity).map(({ step }) => step)
    expect(stepsOf('loss')).toEqual([0, 20, 40, 50])
    expect(stepsOf('fullHessian')).toEqual([7, 50])
    const shared = await execute({ ...base, schedule: { kind: 'end', extraSteps: [7] } })
    // By the shared schedule, step 7 is none of the few at which a full Hessian is decomposed.
    expect(shared.records.filter(({ quantity }) => quantity === 'fullHessian').map(({ step }) => step)).toEqual([50])
    const lossAt = (records: typeof own.records) =>
      records.find(({ quantity, step }) => quantity === 'loss' && step === 50)
    expect(lossAt(own.records)).toEqual(lossAt(shared.records))
  })
  it('tells what each class of measurements cost', async () => {
    const { costs } = await execute({ system: 'deep-ufm', params, probes: ['loss'], schedule: { kind: 'end' } })
    expect(costs).toMatchObject({ steps: 50, measured: { [POINT]: { count: 1 }, 'loss*': { count: 1 } } })
    expect(costs?.trainingSeconds).toBeGreaterThan(0)
    expect(costs?.parameters).toBe(4 * 6 + 4 * 4 + 2 * 4)
  })
})
