import { describe, expect, it } from 'vitest'
import { mathStyles, mathParts, plainMath, richMath } from '#charts/mathText'

const marked = (text: string, prose = false) =>
  mathParts(text, prose)
    .map(({ text: piece, place, italic }) => {
      const letters = italic ? `<i>${piece}</i>` : piece
      return place === 'line' ? letters : `<${place}>${letters}</${place}>`
    })
    .join('')

describe('mathParts', () => {
  it.each([
    ['W_l', '<i>W</i><sub><i>l</i></sub>'],
    ['NC1', 'NC1'],
    ['ρ_{K²+1}', '<i>ρ</i><sub><i>K²+1</i></sub>'],
    ['f̃_cc′ = 1/K', '<i>f̃</i><sub><i>cc′</i></sub> = 1/<i>K</i>'],
    ['λ x / (1 − x)', '<i>λ</i> <i>x</i> / (1 − <i>x</i>)'],
    ['(1 − x)^{L+1}', '(1 − <i>x</i>)<sup><i>L+1</i></sup>'],
    ['‖Uᵀg_data‖²', '‖<i>U</i>ᵀ<i>g</i><sub>data</sub>‖²'],
    ['λ(∇²_W L)', '<i>λ</i>(∇²<sub><i>W</i></sub> <i>L</i>)'],
    ['tr Σ_W', 'tr <i>Σ</i><sub><i>W</i></sub>'],
    ['a_', '<i>a</i>_'],
  ])('sets %s as in print', (text, printed) => expect(marked(text)).toBe(printed))

  it('leaves the words of a sentence alone', () => {
    expect(marked('as a multiple of W_l', true)).toBe('as a multiple of <i>W</i><sub><i>l</i></sub>')
  })
  it('loses no character but the marks of a subscript', () => {
    expect(marked('1 − min f at the end', true)).toBe('1 − min f at the end')
    expect(plainMath('‖∇L_data‖ (dimensionless)')).toBe('‖∇Ldata‖ (dimensionless)')
  })
})

it('richMath names the style of every piece', () => {
  expect(richMath('Data loss L_data')).toBe('{plain|Data loss }{italic|L}{sub|data}')
  expect(richMath('f_cc′')).toBe('{italic|f}{subItalic|cc′}')
  // IBM Plex would draw the accent through the ascender.
  expect(richMath('f̃_cc′, Z̄')).toBe('{accented|f̃}{subItalic|cc′}{plain|, }{italic|Z̄}')
  expect(mathStyles('IBM Plex Sans', 12).accented.fontFamily).toContain('DejaVu Sans')
  // Signs from the fallback font stand alone, so that the words beside them keep theirs.
  expect(richMath('‖W‖ (rad)')).toBe('{plain|‖}{italic|W}{plain|‖}{plain| (rad)}')
})
