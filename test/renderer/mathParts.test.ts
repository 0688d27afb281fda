import { describe, expect, it } from 'vitest'
import { mathParts } from '../../src/renderer/components/mathParts'

const marked = (text: string, prose = false) =>
  mathParts(text, prose)
    .map((part) => (part.tag === 'span' ? part.text : `<${part.tag}>${part.text}</${part.tag}>`))
    .join('')

describe('mathParts', () => {
  it.each([
    ['W_l', '<i>W</i><sub>l</sub>'],
    ['NC1', 'NC1'],
    ['ρ_{K²+1}', '<i>ρ</i><sub>K²+1</sub>'],
    ['f̃_cc′ = 1/K', '<i>f̃</i><sub>cc′</sub> = 1/<i>K</i>'],
    ['λ x / (1 − x)', '<i>λ</i> <i>x</i> / (1 − <i>x</i>)'],
    ['(1 − x)^{L+1}', '(1 − <i>x</i>)<sup>L+1</sup>'],
    ['a_', '<i>a</i>_'],
  ])('sets %s as in print', (text, printed) => expect(marked(text)).toBe(printed))

  it('leaves the words of a sentence alone', () => {
    expect(marked('as a multiple of W_l', true)).toBe('as a multiple of <i>W</i><sub>l</sub>')
  })
  it('loses no character but the marks of a subscript', () => {
    expect(marked('1 − min f at the end', true)).toBe('1 − min f at the end')
  })
})
