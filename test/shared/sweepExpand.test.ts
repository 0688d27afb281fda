import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choice, integer, integers, real } from '#shared/params'
import { random } from '#main/compute/rng/random'
import { fieldsOfRun, fieldsOfSweep, specDifference } from '#shared/specDifference'
import { parseRunSpec } from '#shared/spec'
import { parseSweepSpec, sweepFromJson, sweepToJson, type SweepSpecInput } from '#shared/sweep'
import { expandSweep } from '#shared/sweepExpand'
import { pathNamed } from '#shared/sweepFields'

const schema = {
  K: integer({ default: 3, min: 2, max: 100, label: 'Classes', symbol: 'K', help: '' }),
  width: integer({ default: 10, min: 1, max: 4096, label: 'Width', symbol: 'd', help: '' }),
  decay: real({ default: 0.1, min: 0, max: 10, scale: 'log', label: 'Decay', symbol: 'λ', help: '' }),
  loss: choice({
    default: 'mse',
    options: ['mse', 'ce'].map((value) => ({ value, label: value })),
    label: 'Loss',
    symbol: 'g',
    help: '',
  }),
  widths: integers({ default: [], label: 'Widths', symbol: 'd_l', help: '' }),
}

function expanded(given: Omit<SweepSpecInput, 'base'>, base: Partial<SweepSpecInput['base']> = {}) {
  const sweep = parseSweepSpec({ base: { system: 's', ...base }, ...given })
  const expansion = expandSweep(sweep, schema, (name) => random(sweep.drawSeed, 'sweep').derive(name))
  return { ...expansion, all: [...expansion.rows()], counted: expansion.tally() }
}
const list = (path: string, ...values: (number | string)[]) => ({ path, values: { kind: 'list' as const, values } })
const range = (path: string, from: number, to: number, count: number, scale: 'linear' | 'log' | 'integer') => ({
  path,
  values: { kind: 'range' as const, from, to, count, scale },
})

describe('a grid', () => {
  it('takes every combination, the first axis slowest', () => {
    const { all, counted, paths } = expanded({ axes: [[list('params.K', 2, 4)], [list('seed', 0, 1, 2)]] })
    expect(paths).toEqual(['params.K', 'seed'])
    expect(all).toEqual([2, 4].flatMap((K) => [0, 1, 2].map((seed) => [K, seed])))
    expect(counted).toEqual({ runs: 6, excluded: 0, duplicates: 0 })
  })

  it('of no axes is the base alone', () => {
    const { all, draft } = expanded({}, { params: { K: 5 } })
    expect(all).toEqual([[]])
    expect(parseRunSpec(draft([]))).toMatchObject({ params: { K: 5 } })
  })

  it('moves zipped fields together', () => {
    const { all } = expanded({ axes: [[list('params.K', 2, 4), list('params.width', 8, 16)]] })
    expect(all).toEqual([[2, 8], [4, 16]]) // prettier-ignore
  })

  it('spaces ranges, with both ends exact', () => {
    const { all } = expanded({ axes: [[range('params.decay', 1e-4, 0.1, 4, 'log')]] })
    expect(all.map(([value]) => value)).toEqual([1e-4, expect.closeTo(1e-3, 15), expect.closeTo(1e-2, 15), 0.1])
    expect(expanded({ axes: [[range('seed', 0, 15, 16, 'integer')]] }).all.flat()).toEqual([...Array(16).keys()])
  })

  it('rounds whole-number fields, and says what then coincides', () => {
    const { all, counted } = expanded({ axes: [[range('params.width', 1, 4, 7, 'log')], [list('seed', 1, 2)]] })
    expect(all.map(([width]) => width)).toEqual([1, 1, 2, 2, 3, 3, 4, 4])
    expect(counted).toEqual({ runs: 8, excluded: 0, duplicates: 6 })
  })

  it('leaves out what violates a constraint, defaults and symbols included', () => {
    const axes = [[list('params.K', 2, 4, 8)], [list('params.width', 4, 8)]]
    expect(expanded({ axes, constraints: ['width >= K'] }).all).toEqual([[2, 4], [2, 8], [4, 4], [4, 8], [8, 8]]) // prettier-ignore
    expect(expanded({ axes, constraints: ['d >= K', 'lambda > 1'] }).counted).toEqual({
      runs: 0,
      excluded: 6,
      duplicates: 0,
    })
  })

  it('makes each run once, as many as it counts', () => {
    const axis = fc
      .record({ size: fc.integer({ min: 1, max: 5 }), from: fc.integer({ min: 2, max: 9 }) })
      .map(({ size, from }) => ({ kind: 'list' as const, values: Array.from({ length: size }, (_, i) => from + i % 3) })) // prettier-ignore
    fc.assert(
      fc.property(axis, axis, fc.boolean(), (K, width, isConstrained) => {
        const { all, counted, points } = expanded({
          axes: [[{ path: 'params.K', values: K }], [{ path: 'params.width', values: width }]],
          constraints: isConstrained ? ['width > K'] : [],
        })
        expect(new Set(all.map((row) => JSON.stringify(row))).size).toBe(all.length)
        expect(counted.runs).toBe(all.length)
        expect(counted.runs + counted.excluded).toBe(points)
        expect(points + counted.duplicates).toBe(K.values.length * width.values.length)
      }),
    )
  })

  it('counts a hundred thousand runs without making them', () => {
    const axes = [[range('seed', 0, 9999, 10_000, 'integer')], [range('params.decay', 0, 1, 10, 'linear')]]
    const sweep = parseSweepSpec({ base: { system: 's' }, axes })
    const { tally, rows } = expandSweep(sweep, schema, (name) => random(0, name))
    expect(tally().runs).toBe(100_000)
    const first = rows()[Symbol.iterator]()
    expect([first.next().value, first.next().value]).toEqual([
      [0, 0],
      [0, 1 / 9],
    ])
  })
})

describe('draws', () => {
  const axes = [
    [{ path: 'params.decay', values: { kind: 'logUniform' as const, from: 1e-4, to: 1e-1 } }],
    [{ path: 'params.width', values: { kind: 'integer' as const, from: 3, to: 20 } }],
    [list('params.loss', 'mse', 'ce')],
    [range('seed', 0, 3, 4, 'integer')],
  ]
  const strategy = { kind: 'random' as const, draws: 50 }

  it('are the same for the same spec, others for another seed, and cross the seeds', () => {
    const { all } = expanded({ axes, strategy })
    expect(all).toHaveLength(200)
    expect(expanded({ axes, strategy }).all).toEqual(all)
    expect(expanded({ axes, strategy, drawSeed: 1 }).all).not.toEqual(all)
    for (let draw = 0; draw < 50; draw++) {
      const four = all.slice(4 * draw, 4 * draw + 4)
      expect(four.map((row) => row[3])).toEqual([0, 1, 2, 3])
      expect(new Set(four.map((row) => JSON.stringify(row.slice(0, 3)))).size).toBe(1)
    }
  })

  it('keep their first points when there are more', () => {
    const more = expanded({ axes, strategy: { ...strategy, draws: 60 } })
    expect(more.all.slice(0, 200)).toEqual(expanded({ axes, strategy }).all)
  })

  it('stay in their bounds and spread over them', () => {
    const { all } = expanded({ axes: axes.slice(0, 3), strategy: { kind: 'random', draws: 400 } })
    const decays = all.map(([decay]) => Number(decay))
    expect(Math.min(...decays)).toBeGreaterThanOrEqual(1e-4)
    expect(Math.max(...decays)).toBeLessThanOrEqual(1e-1)
    // A third lies in each decade: 400/3 ± 4 standard deviations of a binomial (9.4).
    const firstDecade = decays.filter((decay) => decay < 1e-3).length
    expect(Math.abs(firstDecade - 400 / 3)).toBeLessThan(4 * 9.4)
    expect(new Set(all.map(([, width]) => width))).toEqual(new Set(Array.from({ length: 18 }, (_, i) => i + 3)))
    expect(new Set(all.map(([, , loss]) => loss))).toEqual(new Set(['mse', 'ce']))
  })

  it('are drawn again where a constraint excludes them', () => {
    const { all, counted } = expanded({ axes, strategy, constraints: ['width > 15'] })
    expect(all.every(([, width]) => Number(width) > 15)).toBe(true)
    expect(counted).toEqual({ runs: 200, excluded: 0, duplicates: 0 })
    expect(expanded({ axes, strategy, constraints: ['width > 20'] }).counted.excluded).toBe(200)
  })

  it('count once where they coincide', () => {
    const few = [[list('params.K', 2, 3)]]
    expect(expanded({ axes: few, strategy }).counted).toEqual({ runs: 2, excluded: 0, duplicates: 48 })
  })

  it('of a grid are as many as it says', () => {
    const values = { kind: 'uniform' as const, from: 0, to: 1, count: 3 }
    const { all } = expanded({ axes: [[{ path: 'params.decay', values }], [list('seed', 0, 1)]] })
    expect(all).toHaveLength(6)
    expect(new Set(all.map(([decay]) => decay)).size).toBe(3)
  })
})

describe('issues', () => {
  it.each<[string, Omit<SweepSpecInput, 'base'>, string, RegExp]>([
    ['a path that is none', { axes: [[list('params.widht', 3)]] }, 'params.widht', /cannot be swept.*params\.width/],
    ['a value out of bounds', { axes: [[list('params.K', 3, 1)]] }, 'params.K', /Classes \(K\): got 1, expected/],
    ['a range out of bounds', { axes: [[range('seed', -1, 3, 2, 'integer')]] }, 'seed', /got -1/],
    ['a word for a number', { axes: [[list('params.K', 'abc')]] }, 'params.K', /got "abc"/],
    ['a field twice', { axes: [[list('seed', 1)], [list('seed', 2)]] }, 'seed', /swept twice/],
    ['zipped fields of two lengths', { axes: [[list('seed', 1, 2), list('params.K', 2)]] }, 'seed', /seed has 2, params.K has 1/], // prettier-ignore
    ['a constraint that cannot be read', { constraints: ['K >'] }, 'constraints.0', /expected a number/],
    ['a name that is none', { constraints: ['K > 2', 'kk > 2'] }, 'constraints.1', /"kk" is no parameter/],
    ['a constraint without meaning', { constraints: ['loss < 2'] }, 'constraints.0', /"mse": expected a number/],
    ['too many points', { axes: [[range('seed', 0, 9999, 10_000, 'integer')], [range('params.decay', 0, 1, 11, 'linear')]] }, 'axes', /110000 points/], // prettier-ignore
  ])('tell of %s', (_, given, path, message) => {
    const { issues, all, counted } = expanded(given)
    expect(issues).toEqual([{ path, message: expect.stringMatching(message) }])
    expect(all).toEqual([])
    expect(counted.runs).toBe(0)
  })
})

describe('a sweep as a file', () => {
  it('comes back', () => {
    const sweep = parseSweepSpec({ base: { system: 's' }, axes: [[list('seed', 1, 2)]], constraints: ['K > 2'] })
    expect(sweepFromJson(sweepToJson(sweep))).toEqual(sweep)
  })

  it('says what is wrong with it', () => {
    expect(() => sweepFromJson('{')).toThrow(/not JSON/)
    expect(() => sweepFromJson('{"base":{"system":"s"},"axis":[]}')).toThrow(/unknown field "axis"/)
  })
})

describe('names of fields', () => {
  it('are ids, symbols, spelled-out symbols and paths', () => {
    const named = ['decay', 'λ', 'lambda', 'd', 'K', 'seed', 'params.K', 'backend.dtype', 'nothing']
    expect(named.map((name) => pathNamed(name, schema))).toEqual([
      'params.decay',
      'params.decay',
      'params.decay',
      'params.width',
      'params.K',
      'seed',
      'params.K',
      'backend.dtype',
      null,
    ])
  })
})

describe('the difference of specs', () => {
  it('names every field that changed, swept ones as typed', () => {
    const run = parseRunSpec({ system: 's', params: { K: 4, width: 8 }, seed: 3 })
    const sweep = parseSweepSpec({ base: { ...run, params: { K: 4, decay: 1 } }, axes: [[range('seed', 0, 7, 8, 'integer')]] }) // prettier-ignore
    const difference = specDifference(fieldsOfRun(run), fieldsOfSweep(sweep))
    expect(difference).toContainEqual({ path: 'seed', before: '3', after: '0..7 integer' })
    expect(difference).toContainEqual({ path: 'params.width', before: '8', after: null })
    expect(difference).toContainEqual({ path: 'params.decay', before: null, after: '1' })
    expect(difference.some(({ path }) => path === 'params.K')).toBe(false)
    expect(specDifference(fieldsOfRun(run), fieldsOfRun(run))).toEqual([])
  })
})
