import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importances, spearman } from '#shared/comparisonImportance'
import { deltaTo, summarise, summariseGroup } from '#shared/comparisonSummary'
import { expectClose } from '../helpers/expectClose'

describe('summarise', () => {
  const series = { steps: Float64Array.of(0, 1, 2), values: Float64Array.of(3, 1, NaN) }
  it('reads the last value as it was measured, the extremes among finite ones', () => {
    expect([summarise(series, 'last'), summarise(series, 'min'), summarise(series, 'max')]).toEqual([NaN, 1, 3])
  })
  it('says NaN where nothing was measured', () => {
    expect(summarise({ steps: new Float64Array(0), values: new Float64Array(0) }, 'last')).toBeNaN()
  })
})

describe('summariseGroup and deltaTo', () => {
  it('count the runs that have a value', () => {
    expect(summariseGroup([1, 3, NaN])).toEqual({ mean: 2, sem: 1, n: 2, of: 3 })
    expect(summariseGroup([NaN])).toEqual({ mean: NaN, sem: NaN, n: 0, of: 1 })
  })
  it('combine the errors of both groups', () => {
    const delta = deltaTo({ mean: -2, sem: 3, n: 2, of: 2 }, { mean: -1, sem: 4, n: 2, of: 2 })
    expect(delta).toEqual({ difference: 1, standardError: 5, relative: 0.5 })
    expect(deltaTo({ mean: 0, sem: 0, n: 1, of: 1 }, { mean: 1, sem: 0, n: 1, of: 1 }).relative).toBeNaN()
  })
})

describe('spearman', () => {
  it('agrees with SciPy, ties included', () => {
    // scipy.stats.spearmanr([1, 2, 2, 3, 5], [5, 6, 7, 8, 7]).statistic
    expectClose(spearman(Float64Array.of(1, 2, 2, 3, 5), Float64Array.of(5, 6, 7, 8, 7)), 0.763157894736842, {
      rtol: 1e-14,
    })
  })
  it('is ±1 for every monotone relation and does not see how strong it is', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 20 }), (given) => {
        const x = Float64Array.from(given)
        expect(
          spearman(
            x,
            x.map((value) => Math.exp(value / 7)),
          ),
        ).toBeCloseTo(1, 12)
        expect(
          spearman(
            x,
            x.map((value) => -(value ** 3)),
          ),
        ).toBeCloseTo(-1, 12)
      }),
    )
  })
  it('is undefined where one side is constant', () => {
    expect(spearman(Float64Array.of(1, 1), Float64Array.of(1, 2))).toBeNaN()
  })
})

describe('importances', () => {
  const seeds = [0, 1, 2, 3]
  const runs = [1, 2, 3].flatMap((decay) => seeds.map((seed) => ({ decay, seed, loss: decay ** 2 + seed / 1000 })))
  const columns = [
    { setting: 'seed', values: runs.map((run) => run.seed) },
    { setting: 'decay', values: runs.map((run) => run.decay) },
    { setting: 'word', values: runs.map((run) => (run.decay > 2 ? 'high' : 'low')) },
  ]
  const found = importances(
    columns,
    runs.map((run) => run.loss),
  )

  it('puts the setting first that moves the metric', () => {
    expect(found.map(({ setting }) => setting)).toEqual(['decay', 'word', 'seed'])
    expect(found[0]!.varianceExplained).toBeGreaterThan(0.999)
    expect(found[2]!.varianceExplained).toBeLessThan(0.05)
  })
  it('knows no rank correlation of words', () => {
    expect(found.find(({ setting }) => setting === 'word')?.rankCorrelation).toBeNaN()
  })
  it('leaves out runs without a value, and says how many stayed', () => {
    const [first] = importances(
      [columns[1]!],
      runs.map((run, i) => (i === 0 ? NaN : run.loss)),
    )
    expect(first).toMatchObject({ runs: 11, levels: 3 })
  })
  it('does not call a setting important that has another value in every run', () => {
    const distinct = { setting: 'x', values: runs.map((_, i) => i) }
    expect(
      importances(
        [distinct],
        runs.map((run) => run.loss),
      )[0]!.varianceExplained,
    ).toBeNaN()
  })
  it('explains about nothing by chance: the mean over shuffles of unrelated groups is 0', () => {
    const values = Array.from(
      { length: 400 },
      (_, r) =>
        importances(
          [{ setting: 'x', values: Array.from({ length: 12 }, (_, i) => i % 4) }],
          Array.from({ length: 12 }, (_, i) => (Math.sin((r * 12 + i) * 78.233) * 43758.5453) % 1),
        ).map(({ varianceExplained }) => varianceExplained)[0]!,
    )
    const average = values.reduce((sum, value) => sum + value, 0) / values.length
    // The standard error of the mean of 400 values with a standard deviation of about 0.25.
    expect(Math.abs(average)).toBeLessThan(4 * 0.0125)
  })
})
