import { describe, expect, it } from 'vitest'
import { clockQuantities, RunClock } from '#main/jobs/runClock'
import { execute, type Executed } from '../../helpers/execute'

const valuesOf = (measurements: ReturnType<RunClock['at']>) =>
  Object.fromEntries(measurements.map(({ quantity, data }) => [quantity, data[0]!]))

describe('RunClock', () => {
  it('adds up the learning rates of the steps that were taken', () => {
    const clock = new RunClock({ learningRate: (step) => 2 ** -step, batchSize: null }, 10)
    expect(valuesOf(clock.at(0))).toMatchObject({ flowTime: 0, epoch: 0 })
    expect(valuesOf(clock.at(3))).toMatchObject({ flowTime: 1.75, epoch: 3 })
    expect(valuesOf(clock.at(3)).flowTime).toBe(1.75)
  })
  it('counts epochs by the samples seen', () => {
    const clock = new RunClock({ learningRate: () => 0.1, batchSize: 4 }, 10)
    expect(valuesOf(clock.at(5)).epoch).toBe(2)
  })
  it('knows no epochs where every step draws fresh samples', () => {
    const freshSamples = { draw: () => {} }
    const clock = new RunClock({ learningRate: () => 0.1, batchSize: 4, freshSamples }, 10)
    expect(Object.keys(valuesOf(clock.at(5)))).toEqual(['flowTime', 'wallTime'])
  })
  it('has a wall time that does not go back', () => {
    const clock = new RunClock({ learningRate: () => 0, batchSize: null }, 1)
    const [first, second] = [valuesOf(clock.at(0)).wallTime!, valuesOf(clock.at(1)).wallTime!]
    expect(first).toBeGreaterThanOrEqual(0)
    expect(second).toBeGreaterThanOrEqual(first)
  })
  it('describes what it records, and calls only the wall time a clock', () => {
    const recorded = new RunClock({ learningRate: () => 0, batchSize: null }, 1).at(0)
    expect(recorded.map(({ quantity }) => quantity)).toEqual(clockQuantities.map(({ id }) => id))
    expect(clockQuantities.filter(({ kind }) => kind === 'clock').map(({ id }) => id)).toEqual(['wallTime'])
  })
})

describe('a run', () => {
  it('records its clocks at every measured step, the same in every repetition but for the wall time', async () => {
    const spec = { system: 'deep-ufm', params: { K: 2, n: 3, width: 4, depth: 2, steps: 50, learningRate: 0.25 } }
    const [first, second] = [await execute({ ...spec, probes: ['loss'] }), await execute({ ...spec, probes: ['loss'] })]
    const of = ({ records }: Executed, quantity: string) =>
      records.filter((record) => record.quantity === quantity).map(({ step, data }) => [step, data[0]])
    expect(of(first, 'flowTime')).toEqual(of(first, 'loss').map(([step]) => [step, step! * 0.25]))
    expect(of(second, 'flowTime')).toEqual(of(first, 'flowTime'))
    expect(of(first, 'wallTime').map(([step]) => step)).toEqual(of(first, 'loss').map(([step]) => step))
  })
})
