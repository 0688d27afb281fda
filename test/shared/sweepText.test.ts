import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choice, integer, integers, real, type ParamDefinition } from '#shared/params'
import type { SweptValues } from '#shared/sweep'
import { parseValues, valuesText } from '#shared/sweepText'

const about = { symbol: 'x', label: 'X', help: '' }
const width = integer({ default: 8, ...about })
const decay = real({ default: 0.1, scale: 'log', ...about })
const loss = choice({ default: 'mse', options: [{ value: 'mse', label: 'MSE' }], ...about })
const widths = integers({ default: [], ...about })

function valuesOf(definition: ParamDefinition, text: string): SweptValues {
  const { values, problem } = parseValues(definition, text)
  if (values === null) throw new Error(problem)
  return values
}

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const positive = fc.double({ min: 1e-300, max: 1e300, noNaN: true })
const count = fc.integer({ min: 1, max: 10_000 })
const numberLists = fc.array(number, { minLength: 1, maxLength: 5 })

const numeric: fc.Arbitrary<SweptValues> = fc.oneof(
  numberLists.map((values) => ({ kind: 'list' as const, values })),
  fc.record({
    kind: fc.constant('range' as const),
    from: number,
    to: number,
    count,
    scale: fc.constantFrom('linear' as const, 'integer' as const),
  }),
  fc.record({
    kind: fc.constant('range' as const),
    from: positive,
    to: positive,
    count,
    scale: fc.constant('log' as const),
  }),
  fc.record({ kind: fc.constantFrom('uniform' as const, 'integer' as const), from: number, to: number, count }),
  fc.record({ kind: fc.constant('logUniform' as const), from: positive, to: positive, count }),
  fc.record({ kind: fc.constant('normal' as const), mean: number, std: number, count }),
  fc.record({ kind: fc.constant('choice' as const), values: numberLists, count }),
)

describe('values as text', () => {
  it('come back from their text, whatever they are', () => {
    fc.assert(
      fc.property(numeric, (values) => {
        expect(valuesOf(decay, valuesText(values))).toEqual(values)
      }),
    )
  })

  it('keep their text from then on', () => {
    fc.assert(
      fc.property(numeric, (values) => {
        const text = valuesText(values)
        expect(valuesText(valuesOf(decay, text))).toBe(text)
      }),
    )
  })

  it('come back for parameters that are lists', () => {
    const lists = fc.array(fc.array(fc.nat(100), { maxLength: 4 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(lists, (values) => {
        const list: SweptValues = { kind: 'list', values }
        expect(valuesOf(widths, valuesText(list))).toEqual(list)
      }),
    )
  })

  it.each<[ParamDefinition, string, SweptValues]>([
    [decay, '0.005', { kind: 'list', values: [0.005] }],
    [decay, '2, 3,4', { kind: 'list', values: [2, 3, 4] }],
    [decay, '1e-4..1e-1 log 7', { kind: 'range', from: 1e-4, to: 1e-1, count: 7, scale: 'log' }],
    [decay, '1e-4..1e-1 7', { kind: 'range', from: 1e-4, to: 1e-1, count: 7, scale: 'log' }],
    [width, '0..15', { kind: 'range', from: 0, to: 15, count: 16, scale: 'integer' }],
    [width, '4..32 log 4', { kind: 'range', from: 4, to: 32, count: 4, scale: 'log' }],
    [decay, '−1..1 linear 3', { kind: 'range', from: -1, to: 1, count: 3, scale: 'linear' }],
    [decay, '~logU(1e-4,1e-1)', { kind: 'logUniform', from: 1e-4, to: 1e-1, count: 1 }],
    [decay, '~N(0, 2) 5', { kind: 'normal', mean: 0, std: 2, count: 5 }],
    [width, '~int(2, 9) 3', { kind: 'integer', from: 2, to: 9, count: 3 }],
    [loss, 'mse, ce', { kind: 'list', values: ['mse', 'ce'] }],
    [loss, '~choice(mse, ce)', { kind: 'choice', values: ['mse', 'ce'], count: 1 }],
    [widths, '8, 8; 8, 4', { kind: 'list', values: [[8, 8], [8, 4]] }], // prettier-ignore
    [width, '8,', { kind: 'list', values: [8] }],
    [width, 'abc', { kind: 'list', values: ['abc'] }],
  ])('reads $1', (definition, text, values) => {
    expect(valuesOf(definition, text)).toEqual(values)
  })

  it.each<[ParamDefinition, string, RegExp]>([
    [decay, '1..2', /say how many values.*1\.\.2 5/],
    [decay, '0..1 log 5', /two positive ends/],
    [decay, '1..x 5', /no range/],
    [decay, '~gamma(1,2)', /"gamma" is no distribution.*~logU/],
    [decay, '~U(1)', /takes two numbers/],
    [decay, '~U(1, 2', /cannot be read/],
    [decay, '~logU(-1, 2)', /two positive ends/],
    [loss, '~U(1, 2)', /no number.*~choice/],
    [widths, '1..4', /list itself/],
    [decay, '1..2 0', /at least one/],
  ])('says what to write instead of $1', (definition, text, problem) => {
    expect(parseValues(definition, text).problem).toMatch(problem)
  })
})
