import { describe, expect, it } from 'vitest'
import { parseParams } from '#shared/params'
import { singularValues } from '#main/compute/linalg/index'
import { configOf, ufmParams } from '#main/systems/deep-ufm/params'
import { ufmPresets } from '#main/systems/deep-ufm/presets'
import { collapseStructure, pairCrossing, pairStructure, polygonStructure, type Structure } from '#main/systems/deep-ufm/structures' // prettier-ignore
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
      const [solid] = figure(given, id).curves
      const broken = figure(given, id).curves.find(({ unstable }) => unstable)
      const [upper, lower] = [solid!.y, broken!.y]
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
      // In the picture they meet.
      expect(gapAt(last) / upper[last]!).toBeLessThan(1e-3)
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

  it('compare the structures over the depth for the numbers of classes of the paper, the own first', () => {
    const overDepth = (given: Record<string, unknown>) =>
      figuresOf(given).filter(({ id }) => id.startsWith('loss-over-depth')).map(({ title }) => title.slice(-6).trim()) // prettier-ignore
    expect(overDepth(ce)).toEqual(['K = 4', 'K = 6', 'K = 10'])
    expect(overDepth({ ...ce, K: 5 })).toEqual(['K = 5', 'K = 4', 'K = 6', 'K = 10'])
    const given = { ...ce, K: 5, weightDecay: 2 ** -10 }
    // The table of theory note 02, D4, at K = 10 and L = 3.
    const atThree = ['collapse', 'pair', 'polygon'].map((label) => curve(given, 'loss-over-depth-K-10', label)[2]!)
    expectClose(atThree, [0.052731, 0.041731, 0.053818], { atol: 5e-7 })
  })

  it('draw the scale at which each structure ends', () => {
    const six = { ...ce, K: 6 }
    const { x } = figure(six, 'scale')
    const at = x.values.findIndex((lambda) => lambda > six.weightDecay)
    const config = configOf(parseParams(ufmParams, { ...six, weightDecay: x.values[at]! }))
    const sigma = (structure: Structure | null) => singularValues(structure!.classMeanLogits)[0]!
    expectClose(
      ['collapse', 'pair', 'polygon'].map((label) => curve(six, 'scale', label)[at]!),
      [collapseStructure(config), pairStructure(config), polygonStructure(config)].map(sigma),
      { rtol: 1e-9 },
    )
  })

  it('count the solutions by the nullity of the Hessian, beside the count of the paper', () => {
    const ten = { ...ce, K: 10, width: 70 }
    const { x } = figure(ten, 'dimensions')
    const at = x.values.findIndex((d) => d >= 70)
    const d = x.values[at]!
    expectClose(curve(ten, 'dimensions', 'r = 5')[at]!, (9 * d - 45) / (5 * d - 15), { rtol: 1e-14 })
    expectClose(curve(ten, 'dimensions', 'paper’s count, r = 5')[at]!, (9 * (d - 9)) / (5 * (d - 5)), { rtol: 1e-14 })
    // Garrod & Keating's R(K) < 1 is their count's; by ours collapse has more solutions from d = K on.
    expect(curve(ten, 'dimensions', 'paper’s count, r = 5')[0]).toBeLessThan(1)
    expect(curve(ten, 'dimensions', 'r = 5')[0]).toBeGreaterThanOrEqual(1)
  })

  it('say where the draft stands, and nothing where no closed form applies', () => {
    expect(figure({ ...ce, depth: 5 }, 'loss-over-depth').x).toMatchObject({ param: 'depth', current: 5 })
    expect(figure({ ...ce, widths: [6, 7] }, 'dimensions').x.current).toBeNull()
    expect(figuresOf({ classSizes: [1, 2, 3] })).toEqual([])
  })
})
