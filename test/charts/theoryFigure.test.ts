import { expect, it } from 'vitest'
import { buildTheoryFigure } from '#charts/theoryFigure'
import { themes } from '#charts/theme'
import { toSvg } from '#charts/toSvg'
import type { TheoryFigure } from '#shared/theoryFigure'
import { textOf } from './textOf'

const figure: TheoryFigure = {
  id: 'gain',
  title: 'Gain',
  x: { label: 'λ', name: 'Weight decay', scale: 'log', values: [0.01, 0.1, 1], param: 'weightDecay', current: 0.1 },
  y: { label: 'x', scale: 'linear' },
  curves: [{ label: 'minimum', y: [1, 0.5, null] }],
  marks: [{ x: 0.5, label: 'λ_ex' }],
  formula: 'x^{L−1}',
  source: 'a note',
}

it('is a figure like any other: picture, title, readout and numbers', () => {
  const built = buildTheoryFigure(figure, [0.1], themes.print)
  expect(built).toMatchObject({ title: 'Gain', subtitle: 'x^{L−1}', readout: 'λ = 0.1: minimum 0.5' })
  expect(built.table).toEqual({
    columns: ['curve', 'λ', 'x'],
    rows: [['minimum', 0.01, 1], ['minimum', 0.1, 0.5], ['λex', 0.5, null]], // prettier-ignore
  })
  const texts = textOf(toSvg(built.option, { width: 140, height: 84, theme: 'print' }))
  for (const text of ['Weight decay λ (dimensionless)', 'λex']) expect(texts).toContain(text)
})

it('reads nothing off for several values or none', () => {
  expect(buildTheoryFigure(figure, [], themes.dark).readout).toBeNull()
  expect(buildTheoryFigure(figure, [0.01, 0.1], themes.light).readout).toBeNull()
})
