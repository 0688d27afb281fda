import { describe, expect, it } from 'vitest'
import type { TheoryFigure } from '#shared/theoryFigure'
import { themes } from '#charts/theme'
import { theoryOption, theoryReadout } from '#charts/theoryOption'
import { toSvg } from '#charts/toSvg'
import { textOf } from './textOf'

/** y = 100 x on a log-log axis, and a broken branch that ends at x = 0.1. */
const figure: TheoryFigure = {
  id: 'gain',
  title: 'Gain',
  x: { label: 'λ', scale: 'log', values: [0.001, 0.01, 0.1, 1], param: 'weightDecay', current: 0.01 },
  y: { label: 'x', scale: 'log' },
  curves: [
    { label: 'minimum', y: [0.1, 1, 10, 100] },
    { label: 'maximum', y: [0.2, 2, 20, null], unstable: true },
  ],
  marks: [{ x: 0.3, label: 'λ_ex' }],
  formula: 'x = 100 λ',
  source: 'none',
}
const drawnPoints = (chosen: readonly number[]) => {
  const { series } = theoryOption(figure, chosen, themes.light).option
  const all = Array.isArray(series) ? series : []
  return all.flatMap((one) => (one.type === 'scatter' && Array.isArray(one.data) ? one.data : []))
}

describe('theoryOption', () => {
  it('puts the chosen points on the curves, in positions of the axes', () => {
    expect(drawnPoints([0.01, 10 ** -1.5])).toEqual([
      [-2, 0],
      [-1.5, expect.closeTo(0.5, 12)],
    ])
  })

  it('says how many chosen points lie off the axis instead of moving them', () => {
    expect(theoryOption(figure, [0.01, 5], themes.light).notes).toEqual(['1 of 2 points off the axis'])
    expect(drawnPoints([5])).toEqual([])
  })

  it('draws no point on a branch that training does not find', () => {
    expect(drawnPoints([0.1])).toHaveLength(1)
  })

  it('names curves and thresholds, and breaks the unstable branch', () => {
    const svg = toSvg(theoryOption(figure, [0.01], themes.print).option, { width: 140, height: 84, theme: 'print' })
    expect(textOf(svg)).toMatch(/minimum.*maximum|maximum.*minimum/)
    expect(textOf(svg)).toContain('λex')
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1)
  })

  it('sets the names of thresholds that are close together one above the other', () => {
    const marks = [
      { x: 0.3, label: 'zero' },
      { x: 0.32, label: 'exist' },
      { x: 0.002, label: 'psd' },
    ]
    const { series } = theoryOption({ ...figure, marks }, [], themes.light).option
    const drawn = (Array.isArray(series) ? series : []).flatMap((one) =>
      one.type === 'line' && one.markLine ? (one.markLine.data ?? []) : [],
    )
    const distances = drawn.map((mark) => ('label' in mark ? mark.label?.distance : undefined))
    const [psd, zero, exist] = distances.map(Number)
    expect(psd).toBe(zero)
    expect(exist! - zero!).toBeGreaterThan(themes.light.tickSize)
  })

  it('reads the values off, and leaves out what does not exist there', () => {
    expect(theoryReadout(figure, 10 ** -1.5)).toBe('λ = 0.031623: minimum 3.162')
    expect(theoryReadout(figure, 5)).toBeNull()
  })
})
