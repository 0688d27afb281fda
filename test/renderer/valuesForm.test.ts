import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choice, integer, real, type ParamDefinition } from '#shared/params'
import { parseValues, valuesText } from '#shared/sweepText'
import { formOf, kindsOf, textOf } from '../../src/renderer/views/design/valuesForm'

const about = { symbol: 'x', label: 'X', help: '' }
const width = integer({ default: 8, min: 2, ...about })
const decay = real({ default: 0.1, max: 1, scale: 'log', ...about })
const loss = choice({
  default: 'mse',
  options: ['mse', 'ce'].map((value) => ({ value, label: value })),
  ...about,
})
const meaning = (definition: ParamDefinition, text: string) => parseValues(definition, text).values

describe('the builder of values', () => {
  it('writes what it reads, whatever stands in the field', () => {
    const positive = fc.double({ min: 1e-9, max: 1, noNaN: true })
    const count = fc.integer({ min: 1, max: 999 })
    const texts = fc.oneof(
      fc.array(positive, { minLength: 1, maxLength: 5 }).map((values) => valuesText({ kind: 'list', values })),
      fc
        .tuple(positive, positive, count, fc.constantFrom('linear' as const, 'log' as const))
        .map(([from, to, n, scale]) => valuesText({ kind: 'range', from, to, count: n, scale })),
      fc
        .tuple(positive, positive, count, fc.constantFrom('uniform' as const, 'logUniform' as const))
        .map(([from, to, n, kind]) => valuesText({ kind, from, to, count: n })),
      fc.tuple(positive, positive, count).map(([mean, std, n]) => valuesText({ kind: 'normal', mean, std, count: n })),
      fc
        .tuple(fc.array(positive, { minLength: 2, maxLength: 4 }), count)
        .map(([values, n]) => valuesText({ kind: 'choice', values, count: n })),
    )
    fc.assert(
      fc.property(texts, (text) => {
        expect(meaning(decay, textOf(formOf(decay, text)))).toEqual(meaning(decay, text))
      }),
    )
  })

  it.each([
    [decay, 'range', '0.01..1 log 5'],
    [width, 'range', '4..16 integer 5'],
    [decay, 'draw', '~logU(0.01, 1) 5'],
    [width, 'draw', '~int(4, 16) 5'],
    [loss, 'draw', '~choice(mse) 5'],
  ] as const)('guesses around the default when the kind is changed', (definition, kind, text) => {
    const form = formOf(definition, String(definition.default))
    expect(form.kind).toBe('value')
    expect(textOf({ ...form, kind })).toBe(text)
    expect(meaning(definition, text)).not.toBeNull()
  })

  it('keeps text that it cannot read, and offers no range over words', () => {
    expect(textOf(formOf(decay, '1e-4..'))).toBe('1e-4..')
    expect(kindsOf(loss)).toEqual(['value', 'list', 'draw'])
  })
})
