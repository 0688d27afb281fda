import { describe, expect, it } from 'vitest'
import {
  checkParams,
  choice,
  defaultsOf,
  integer,
  integers,
  paramFromText,
  paramText,
  parseParams,
  real,
  reals,
  sameParam,
} from '#shared/params'
import { parseRunSpec } from '#shared/spec'

const schema = {
  depth: integer({ default: 2, min: 1, max: 9, label: 'Depth', symbol: 'L', help: '' }),
  rate: real({ default: 0.1, max: 1, label: 'Rate', symbol: 'η', help: '' }),
  loss: choice({ default: 'mse', options: [{ value: 'mse', label: 'MSE' }], label: 'Loss', symbol: 'g', help: '' }),
  widths: integers({ default: [], min: 1, max: 64, maxLength: 3, label: 'Widths', symbol: 'd_l', help: '' }),
  decays: reals({ default: [0.5], max: 1, label: 'Decays', symbol: 'λ_l', help: '' }),
}

describe('parameters', () => {
  it('take their defaults where nothing is given', () => {
    expect(parseParams(schema, {})).toEqual({ depth: 2, rate: 0.1, loss: 'mse', widths: [], decays: [0.5] })
    expect(defaultsOf(schema).widths.length).toBe(0)
  })

  it('keep lists, the empty one too', () => {
    const { widths, decays } = parseParams(schema, { widths: [4, 64, 1], decays: [] })
    expect([widths, decays]).toEqual([[4, 64, 1], []])
  })

  it.each([
    [{ depth: 1.5 }, 'Depth (depth): got 1.5, expected a whole number from 1 to 9.'],
    [{ depth: 10 }, 'Depth (depth): got 10, expected a whole number from 1 to 9.'],
    [{ rate: '0.1' }, 'Rate (rate): got "0.1", expected a number from 0 to 1.'],
    [{ loss: 'ce' }, 'Loss (loss): got "ce", expected one of mse.'],
    [{ widths: 4 }, 'Widths (widths): got 4, expected a list of at most 3 whole numbers from 1 to 64.'],
    [
      { widths: [4, 0.5] },
      'Widths (widths): got [4,0.5] with 0.5 in place 2, expected a list of at most 3 whole numbers from 1 to 64.',
    ],
    [
      { widths: [1, 1, 1, 1] },
      'Widths (widths): got [1,1,1,1], expected a list of at most 3 whole numbers from 1 to 64.',
    ],
    [
      { decays: [0.1, NaN] },
      'Decays (decays): got [0.1,null] with null in place 2, expected a list of at most 100 numbers from 0 to 1.',
    ],
    [{ depht: 1 }, 'Unknown parameter "depht". Known parameters: depth, rate, loss, widths, decays.'],
  ])('say what is wrong with %j', (given, message) => {
    expect(checkParams(schema, given).issues.map((issue) => issue.message)).toEqual([message])
    expect(() => parseParams(schema, given)).toThrow(message)
  })

  it('travel in a spec as lists', () => {
    expect(parseRunSpec({ system: 'any', params: { widths: [4, 5] } }).params).toEqual({ widths: [4, 5] })
    expect(() => parseRunSpec({ system: 'any', params: { widths: ['4'] } })).toThrow(/params\.widths/)
  })
})

describe('parameters as text', () => {
  const definitions = {
    whole: integer({ default: 1, label: 'Whole', symbol: 'n', help: '' }),
    number: real({ default: 1, label: 'Number', symbol: 'x', help: '' }),
    list: reals({ default: [], label: 'List', symbol: 'λ', help: '' }),
    option: choice({ default: 'a', options: [{ value: 'a', label: 'A' }], label: 'Option', symbol: 'o', help: '' }),
  }

  it.each([
    ['whole', '8', 8],
    ['number', '−0.5', -0.5],
    ['number', '1e-3', 1e-3],
    ['list', '0.01, 0.02 0.03', [0.01, 0.02, 0.03]],
    ['list', '', []],
    ['option', '8', '8'],
    ['whole', '', ''],
    ['whole', 'eight', 'eight'],
    ['whole', '1, 2', '1, 2'],
    ['list', '1, two', '1, two'],
  ] as const)('reads %s "%s"', (name, text, value) => {
    expect(paramFromText(definitions[name], text)).toEqual(value)
  })

  it('writes what it reads', () => {
    for (const value of [3, 0.25, [1, 2.5], []]) {
      const definition = Array.isArray(value) ? definitions.list : definitions.number
      expect(paramFromText(definition, paramText(value))).toEqual(value)
    }
  })

  it('compares lists by their entries', () => {
    expect(sameParam([1, 2], [1, 2])).toBe(true)
    expect(sameParam([1, 2], [1, 3])).toBe(false)
    expect(sameParam([1], [1, 2])).toBe(false)
    expect(sameParam(1, 1)).toBe(true)
    expect(sameParam(undefined, [])).toBe(false)
  })
})
