import { describe, expect, it } from 'vitest'
import { isEmptyFigure } from '#charts/figureParts'
import { levelSets } from '#charts/sweep/histogramFigure'
import { pointTable } from '#charts/sweep/pointTable'
import { defaultSelection, type SweepSelection } from '#charts/sweep/points'
import { buildSweepFigure, figureSets } from '#charts/sweep/sweepFigure'
import { themes } from '#charts/theme'
import { toSvg } from '#charts/toSvg'
import type { SweepResults } from '#shared/contract/sweepResults'
import { wilsonInterval } from '#shared/proportion'
import { sampleSweep } from './sampleSweep'
import { textOf } from './textOf'

const standard = defaultSelection(sampleSweep)
function built(id: string, selection: Partial<SweepSelection> = {}, results = sampleSweep) {
  const definition = results.figures.find((figure) => figure.id === id)!
  const figure = buildSweepFigure(definition, results, { ...standard, ...selection }, themes.print)
  if (isEmptyFigure(figure)) throw new Error(figure.reason)
  return { ...figure, svg: toSvg(figure.option, { width: 140, height: 84, theme: 'print' }) }
}
function emptied(id: string, selection: Partial<SweepSelection>, results = sampleSweep) {
  const definition = results.figures.find((figure) => figure.id === id)!
  const figure = buildSweepFigure(definition, results, { ...standard, ...selection }, themes.print)
  return isEmptyFigure(figure) ? figure.reason : null
}

describe('the axes of a sweep', () => {
  it('are the field with most values along x and the next one for the curves', () => {
    expect(standard).toEqual({ x: 'params.width', by: 'params.depth', set: 0 })
  })
})

describe('a fraction', () => {
  it('has one row for each pair of values, with Wilson’s interval of its runs', () => {
    const { table, subtitle } = built('fraction')
    expect(subtitle).toBe('64 runs each, Wilson 95 %')
    expect(table.columns).toEqual(['params.width', 'params.depth', 'n', 'value', 'low', 'high'])
    const { low, high } = wilsonInterval({ count: 34, runs: 64 })
    expect(table.rows).toContainEqual([8, 3, 64, 34 / 64, low, high])
    expect(table.rows).toHaveLength(12)
  })

  it('adds up the runs of the fields that it does not show, and says so', () => {
    const { table, subtitle } = built('fraction', { by: null })
    const { low, high } = wilsonInterval({ count: 92, runs: 128 })
    expect(table.rows).toContainEqual([8, 128, 92 / 128, low, high])
    expect(subtitle).toBe('128 runs each, Wilson 95 %, pooled over L')
  })

  it('names its curves and the swept values', () => {
    const texts = textOf(built('fraction').svg)
    for (const text of ['L = 2', 'L = 3', '4', '24']) expect(texts).toContain(text)
  })

  it('says what it lacks', () => {
    expect(emptied('fraction', { x: null })).toMatch(/Only the seed was swept/)
    const none = { ...sampleSweep, points: sampleSweep.points.map((point) => ({ ...point, runs: 0 })) }
    expect(emptied('fraction', {}, none)).toMatch(/No run has come to its end/)
    expect(emptied('fraction', {}, { ...sampleSweep, quantities: [] })).toMatch(
      /did not measure what this figure shows: verdict/,
    )
  })
})

describe('a map', () => {
  it('writes fraction and number of runs into each cell, the largest value on top', () => {
    const { table, svg } = built('map')
    expect(table.rows[0]).toEqual([4, 3, 64, 8])
    expect(table.rows.at(-1)).toEqual([24, 2, 64, 64])
    expect(textOf(svg)).toContain('n = 64')
  })

  it('leaves a cell without runs empty and says so', () => {
    const { subtitle } = built('map', {}, { ...sampleSweep, points: sampleSweep.points.slice(1) })
    expect(subtitle).toBe('1 cell without an ended run, left empty')
  })

  it('needs two fields', () => {
    expect(emptied('map', { by: null })).toMatch(/two swept fields/)
  })
})

describe('a mean', () => {
  it('has the standard error of the mean', () => {
    const { table } = built('rank')
    // 32 runs of rank 3 and 32 of rank 2: s = √(64/63)/2, s/√64.
    const error = Math.sqrt(64 / 63) / 2 / 8
    const [, , n, mean, low, high] = table.rows[0]!
    expect([n, mean]).toEqual([64, 2.5])
    expect(low).toBeCloseTo(2.5 - error, 14)
    expect(high).toBeCloseTo(2.5 + error, 14)
  })
})

describe('a histogram', () => {
  it('pools the points of which theory says the same, and names what tells the others apart', () => {
    const sets = levelSets(sampleSweep, 'loss')
    expect(sets.map(({ name, points }) => [name, points.length])).toEqual([
      ['L = 2', 6],
      ['L = 3', 6],
    ])
  })

  it('hatches the runs that have not converged, inside their part of the bar', () => {
    const hatchOf = (results: typeof sampleSweep) => {
      const { option } = built('losses', { set: 1 }, results)
      const series = [option.series ?? []].flat()
      return series.filter((one) => one.type === 'line' && one.z === 3)
    }
    expect(hatchOf(sampleSweep)).toEqual([])
    const unconverged = sampleSweep.points.map((point) => ({
      ...point,
      values: point.values.map((one) =>
        one.quantity === 'verdict' ? { ...one, values: one.values.map((code) => (code === 4 ? 1 : code)) } : one,
      ),
    }))
    const [hatching] = hatchOf({ ...sampleSweep, points: unconverged })
    const lines = JSON.parse(JSON.stringify(hatching?.data)) as [number, number | null][]
    const heights = lines.flatMap(([, y]) => (y === null ? [] : [y]))
    // The pairs of the first sample are the unconverged runs here: 384 less 208 in one bar, from its foot to its top.
    expect(Math.min(...heights)).toBe(0)
    expect(Math.max(...heights)).toBeCloseTo(384 - 208, 9)
  })

  it('counts every run once, by what it became, with the levels of theory', () => {
    const { table, subtitle, svg } = built('losses', { set: 1 })
    const measured = table.rows.filter(([kind]) => kind === 'measured')
    expect(measured).toHaveLength(384)
    expect(measured.filter(([, name]) => name === 'collapse')).toHaveLength(8 + 16 + 34 + 42 + 52 + 56)
    expect(subtitle).toBe('L = 3, 384 runs, zero 1.3863 off the axis')
    const texts = textOf(svg)
    for (const text of ['collapse', 'pair']) expect(texts).toContain(text)
  })
})

describe('the table of points', () => {
  it('has every point with counts, intervals, least and mean', () => {
    const { columns, rows } = pointTable(sampleSweep)
    expect(columns.slice(0, 8)).toEqual(['depth', 'width', 'runs', 'diverged', 'missing', 'collapse', 'collapse low', 'collapse high']) // prettier-ignore
    expect(rows).toHaveLength(12)
    expect(rows[0]!.slice(0, 6)).toEqual([2, 4, 64, 0, 0, 32])
    expect(rows[0]![columns.indexOf('loss least')]).toBe(0.1982)
  })
})

describe('runs over curves of the theory', () => {
  const curve = { x: { label: 'λ', scale: 'log', values: [0.01, 0.02, 0.04, 0.08, 0.16], param: 'weightDecay', current: null }, y: { label: 'x', scale: 'linear' }, formula: 'x(λ)', source: 'a note' } as const // prettier-ignore
  const figureAt = (L: number) => ({
    ...curve,
    id: 'gain',
    title: 'Gain',
    curves: [
      { label: 'minimum', y: [0.9, 0.8, 0.6 / L, null, null] },
      { label: 'maximum', y: [0.1, 0.2, 0.3, null, null], unstable: true },
    ],
    marks: [{ x: 0.05, label: 'λ_ex' }],
  })
  const of = (id: string, values: number[]) => ({ quantity: id, values: Float64Array.from(values), levels: [] })
  const pointAt = (L: number, lambda: number, scales: number[], ranks: number[], verdicts: number[]) => ({
    ...sampleSweep.points[0]!,
    at: [L, lambda],
    values: [of('outputScale', scales), of('outputRank', ranks), of('verdict', verdicts)],
  })
  const results: SweepResults = {
    ...sampleSweep,
    fields: [sampleSweep.fields[0]!, { path: 'params.weightDecay', label: 'Weight decay', symbol: 'λ', scale: 'log' }],
    quantities: [...sampleSweep.quantities, { ...sampleSweep.quantities[0]!, id: 'outputScale', label: 'Scale', symbol: 's' }], // prettier-ignore
    points: [
      pointAt(2, 0.02, [0.8, 0.79, NaN], [3, 2, 3], [3, 6, 3]),
      pointAt(2, 0.06, [0, 0.4], [1, 2], [2, 1]),
      pointAt(3, 0.02, [0.8], [3], [3]),
    ],
    figures: [
      { id: 'branches', title: 'Runs over the branches', mark: 'scatter', quantity: 'outputScale', theory: ['gain'], kinds: 'outputRank', states: 'verdict', apart: ['unconverged', 'zero'] }, // prettier-ignore
    ],
    theory: [
      { figure: figureAt(2), points: [0, 1] },
      { figure: figureAt(3), points: [2] },
    ],
  }

  it('are dots by rank where they ended, runs without an end state by what they are', () => {
    const { table, subtitle } = built('branches', {}, results)
    expect(subtitle).toBe('L = 2, 4 runs: rank Z = 2 (1), rank Z = 3 (1), unconverged (1), zero (1)')
    expect(table.rows.filter(([kind]) => kind === 'measured')).toEqual([
      ['measured', 'rank Z = 2', 0.02, 0.79],
      ['measured', 'rank Z = 3', 0.02, 0.8],
      ['measured', 'unconverged', 0.06, 0.4],
      ['measured', 'zero', 0.06, 0],
    ])
  })

  it('have the curves beside them, with thresholds, both branches and a legend', () => {
    const { table, svg, readout } = built('branches', {}, results)
    expect(readout).toBe('x(λ)')
    // Decades without runs are left out, and what does not exist.
    expect(table.rows.filter(([kind]) => kind === 'predicted').map(([, name, x]) => [name, x])).toEqual(
      ['minimum', 'maximum'].flatMap((name) => [0.02, 0.04].map((x) => [name, x])),
    )
    const texts = textOf(svg)
    for (const text of ['minimum', 'maximum', 'λex', 'zero', 'unconverged']) expect(texts).toContain(text)
    expect(svg).toContain('stroke-dasharray="1,3"')
  })

  it('show one set of points at a time, those of which theory says the same', () => {
    expect(figureSets(results.figures[0]!, results).map(({ name }) => name)).toEqual(['L = 2', 'L = 3'])
    expect(built('branches', { set: 1 }, results).subtitle).toBe('L = 3, 1 run: rank Z = 3 (1)')
    expect(emptied('branches', {}, { ...results, theory: [] })).toMatch(/was not swept/)
  })
})
