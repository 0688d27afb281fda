import { describe, expect, it } from 'vitest'
import { execute, type Executed } from '../../../helpers/execute'
import { expectClose } from '../../../helpers/expectClose'

const runs = [
  { system: 'deep-ufm', params: { K: 3, n: 4, width: 8, depth: 3, steps: 300 } },
  { system: 'image-classifier', params: { K: 4, n: 20, width: 12, depth: 3, biases: 'yes', steps: 60 } },
]
const backend = { dtype: 'float32' } as const
const series = ({ records }: Executed, quantity: string) =>
  records.filter((record) => record.quantity === quantity).flatMap(({ data }) => [...data])

describe.each(runs)('training $system in float32', (run) => {
  it('follows float64 to single precision, and is not float64', async () => {
    const probes = ['loss', 'singularValues']
    const [single, double] = [await execute({ ...run, probes, backend }), await execute({ ...run, probes })]
    expect(single.outcome).toEqual({ status: 'completed', step: run.params.steps })
    for (const quantity of ['loss', 'singularValues']) {
      const [ours, exact] = [series(single, quantity), series(double, quantity)]
      expect(ours.length).toBeGreaterThan(10)
      // Each step adds a relative rounding of a few 6e-8: a hundred times that after hundreds of steps.
      expectClose(ours, exact, { rtol: 2e-5, atol: 2e-6 }, quantity)
      expect(ours).not.toEqual(exact)
    }
    const [first = NaN] = series(single, 'loss')
    expect(series(single, 'loss').at(-1)).toBeLessThan(first)
  })

  it('repeats bit for bit, with or without other probes', async () => {
    const spec = { ...run, backend, seed: 5 }
    const one = await execute({ ...spec, probes: ['loss', 'singularValues'] })
    for (const again of [await execute({ ...spec, probes: ['loss', 'singularValues'] }), await execute(spec)]) {
      for (const quantity of ['loss', 'singularValues']) {
        expect(series(again, quantity)).toEqual(series(one, quantity))
      }
    }
  })

  it('says float32 on every spectrum that it measures', async () => {
    const { records } = await execute({ ...run, backend })
    const spectra = records.filter(({ meta }) => meta !== null && 'dtype' in meta)
    expect(spectra.length).toBeGreaterThan(0)
    expect(new Set(spectra.map(({ meta }) => meta?.['dtype']))).toEqual(new Set(['float32']))
  })
})
