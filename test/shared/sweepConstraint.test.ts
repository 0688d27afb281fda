import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ParamValue } from '#shared/params'
import { isSatisfied, namesIn, parseConstraint } from '#shared/sweepConstraint'

const values: Readonly<Record<string, ParamValue>> = { width: 8, K: 4, n: 5, lambda: 0.01, loss: 'ce', widths: [8, 8] }
const holds = (text: string) => isSatisfied(parseConstraint(text), (name) => values[name] ?? NaN)

describe('constraints', () => {
  it.each([
    ['width >= K', true],
    ['width < K', false],
    ['lambda*n < 0.1', true],
    ['width = 2*K and n != 4', true],
    ['width == 8', true],
    ['not (width > 100) and (K = 3 or n = 5)', true],
    ['K = 3 and n = 9 or width = 8', true],
    ['K = 3 and (n = 9 or width = 8)', false],
    ['-2^2 = -4', true],
    ['2^3^2 = 512', true],
    ['2^-1 = 0.5', true],
    ['10 - 4 - 3 = 3', true],
    ['24 / 4 / 3 = 2', true],
    ['log(exp(1)) = 1 and log10(100) = 2 and max(1, K, 3) = K', true],
    ['loss = "ce"', true],
    ['loss != "mse"', true],
  ])('%s is %s', (text, expected) => expect(holds(text)).toBe(expected))

  it('compute as JavaScript does', () => {
    const { leaf } = fc.letrec((tie) => ({
      leaf: fc.oneof(
        { depthSize: 'small' },
        fc.nat(50).map(String),
        fc.tuple(tie('leaf'), fc.constantFrom('+', '-', '*', '/'), tie('leaf')).map(([a, o, b]) => `(${a} ${o} ${b})`),
      ),
    }))
    fc.assert(
      fc.property(leaf, leaf, (a, b) => {
        // The generator writes digits, brackets and operators only.
        const expected: unknown = new Function(`return ${String(a)} <= ${String(b)}`)()
        expect(holds(`${String(a)} <= ${String(b)}`)).toBe(expected)
      }),
    )
  })

  it('names what it mentions', () => {
    expect(namesIn(parseConstraint('max(width, K) > K and loss = "K2"'))).toEqual(['width', 'K', 'loss'])
  })

  it.each([
    ['width >=', /the end at 9, expected a number/],
    ['width >= K)', /"\)" at 11/],
    ['width $ K', /"\$" at 7/],
    ['(width > K', /expected "\)"/],
    ['abs(1, 2) > 0', /abs at 1 takes one number/],
    ['process.exit() = 1', /"\." at 8/],
  ])('%s is refused with its place', (text, message) => expect(() => parseConstraint(text)).toThrow(message))

  it.each([
    ['width', /true or false/],
    ['loss < 3', /"ce": expected a number/],
    ['widths > 2', /not a list/],
    ['loss = 3', /two numbers or two words/],
    ['2 <= K <= width', /expected an operator or the end/],
    ['K = 9 and width', /comparison on both sides/],
  ])('%s makes no sense, and says why', (text, message) => expect(() => holds(text)).toThrow(message))
})
