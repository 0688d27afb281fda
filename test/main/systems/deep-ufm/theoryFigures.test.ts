import { describe, expect, it } from 'vitest'
import { parseParams } from '#shared/params'
import { ufmParams } from '#main/systems/deep-ufm/params'
import { ufmPresets } from '#main/systems/deep-ufm/presets'
import { pairCrossing } from '#main/systems/deep-ufm/structures'
import system from '#main/systems/deep-ufm/system'
import { expectClose } from '../../../helpers/expectClose'

const figuresOf = (given: Record<string, unknown>) => system.theoryFigures!(parseParams(ufmParams, given))
const figure = (given: Record<string, unknown>, id: string) =>
  figuresOf(given).find((candidate) => candidate.id === id)!
const curve = (given: Record<string, unknown>, id: string, label: string) =>
  figure(given, id).curves.find((candidate) => candidate.label === label)!.y
const ce = { loss: 'ce', K: 4, n: 1, width: 6, depth: 2, weightDecay: 2 ** -7 }

describe('theory figures', () => {
  it('have a value or null for every point, ascending axes and ids of their own', () => {
    for (const given of [
      {},
      { activation: 'relu' },
      ce,
      { ...ce, K: 7, width: 8, weightDecay: 2 },
      ...Object.values(ufmPresets).map((preset) => preset.params),
    ]) {
      const figures = figuresOf(given)
      expect(figures.length).toBeGreaterThan(0)
      expect(new Set(figures.map(({ id }) => id)).size).toBe(figures.length)
      for (const { x, y, curves, marks } of figures) {
        expect(x.values.every((value, i) => i === 0 || value > x.values[i - 1]!)).toBe(true)
        for (const { y: values } of curves) {
          expect(values).toHaveLength(x.values.length)
          for (const value of values) {
            if (value !== null) expect(value).toSatisfy(Number.isFinite)
            if (y.scale === 'log' && value !== null) expect(value).toBeGreaterThan(0)
          }
        }
        for (const mark of marks) expect(mark.x).toBeGreaterThan(0)
      }
    }
  })

  it('draw both branches, which meet at the existence threshold', () => {
    for (const [given, id, exist] of [
      [{}, 'gain', 'λ_ex'],
      [ce, 'scale', 'λ_exist'],
    ] as const) {
      // prettier-ignore
      const [upper, lower] = [curve(given, id, 'minimum'), curve(given, id, 'maximum')]
      const { x, marks } = figure(given, id)
      const threshold = marks.find(({ label }) => label === exist)!.x
      x.values.forEach((lambda, i) => {
        expect(upper[i] === null).toBe(lambda >= threshold)
        expect(lower[i] === null).toBe(lambda >= threshold)
      })
      const last = x.values.findLastIndex((lambda) => lambda < threshold)
      const gapAt = (i: number) => upper[i]! - lower[i]!
      expect(gapAt(last)).toBeLessThan(gapAt(last - 10))
      expect(gapAt(last)).toBeGreaterThan(0)
    }
  })

  it('cross where the structures change places', () => {
    const [collapse, pair] = [curve(ce, 'loss-over-decay', 'collapse'), curve(ce, 'loss-over-decay', 'pair')]
    const { x } = figure(ce, 'loss-over-decay')
    const crossing = pairCrossing({ K: 4, n: 1, L: 2 })!
    x.values.forEach((lambda, i) => {
      if (collapse[i] && pair[i] && Math.abs(lambda / crossing - 1) > 1e-6) {
        expect(collapse[i]! < pair[i]!).toBe(lambda < crossing)
      }
    })
    const ten = { ...ce, K: 10, width: 10, weightDecay: 2 ** -10 }
    // The table of theory note 02, D4, at L = 6.
    const atSix = ['collapse', 'pair', 'polygon'].map((label) => curve(ten, 'loss-over-depth', label)[5]!)
    expectClose(atSix, [0.058525, 0.039983, 0.032002], { atol: 5e-7 })
  })

  it('say where the draft stands, and nothing where no closed form applies', () => {
    expect(figure({ ...ce, depth: 5 }, 'loss-over-depth').x).toMatchObject({ param: 'depth', current: 5 })
    expect(figure({ ...ce, widths: [6, 7] }, 'dimensions').x.current).toBeNull()
    expect(figuresOf({ classSizes: [1, 2, 3] })).toEqual([])
  })
})
