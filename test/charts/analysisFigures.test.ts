import { describe, expect, it } from 'vitest'
import type { OutlierHistory } from '#shared/analysis'
import type { OutlierGroup } from '#shared/outlierGroup'
import { labelsInWords, outlierGroups } from '#shared/outliers'
import { bulkDensityFigure } from '#charts/bulkDensityFigure'
import { alignmentFigure, eigenvectorFigure, partShares } from '#charts/eigenvectorFigures'
import { isEmptyFigure, type BuiltFigure, type EmptyFigure } from '#charts/figureParts'
import { driftFigure, outlierTracksFigure } from '#charts/outlierTracksFigure'
import { themes } from '#charts/theme'

const theme = themes.light
function built(figure: BuiltFigure | EmptyFigure): BuiltFigure {
  if (isEmptyFigure(figure)) throw new Error(figure.reason)
  return figure
}

describe('outlierTracksFigure', () => {
  const history: OutlierHistory = {
    tracks: [
      { id: 0, born: 0, died: 100, points: [{ step: 0, value: 3 }] },
      { id: 1, born: 0, died: null, points: [{ step: 0, value: 2 }, { step: 100, value: 4 }] }, // prettier-ignore
    ],
    crossings: [{ step: 100, above: 1, below: 0 }],
    overlaps: [{ step: 100, overlap: 0.25 }],
  }
  it('says who was born, died and passed whom, with every point in its table', () => {
    const { readout, table } = built(outlierTracksFigure(history, theme))
    expect(readout).toBe(
      'born: 2 at 0\ndied: 1 at 100\ncrossings: 2 passes 1 at 100\noverlap with the step before: 0.25 at 100',
    )
    expect(table.rows).toEqual([[1, 0, 100, 0, 3], [2, 0, null, 0, 2], [2, 0, null, 100, 4]]) // prettier-ignore
  })
  it('has nothing to draw where nothing is an outlier', () => {
    expect(outlierTracksFigure({ tracks: [], crossings: [], overlaps: [] }, theme)).toHaveProperty('reason')
  })
})

describe('eigenvectorFigure', () => {
  const parts = [{ name: 'W1', rows: 2, columns: 2 }, { name: 'b1', rows: 2, columns: 1 }] // prettier-ignore
  const eigenvector = { rank: 1, value: 0.5, vector: Float64Array.of(0.8, 0, 0, 0, 0, 0.6), parts }
  it('shows a part in the shape of its matrix, with its share of the whole', () => {
    expect(partShares(eigenvector).map((share) => share.toFixed(2))).toEqual(['0.64', '0.36'])
    const { title, subtitle, table } = built(eigenvectorFigure(eigenvector, 0, theme))
    expect([title, subtitle]).toEqual(['Eigenvector 2, W1', 'λ = 0.5, 64 % of its length² is here'])
    expect(table.rows).toEqual([[1, 1, 0.8], [1, 2, 0], [2, 1, 0], [2, 2, 0]]) // prettier-ignore
    expect(built(eigenvectorFigure(eigenvector, 1, theme)).table.rows).toEqual([[1, 1, 0], [2, 1, 0.6]]) // prettier-ignore
  })
})

describe('alignmentFigure', () => {
  it('names classes and pairs, and is empty without any', () => {
    const data = Float64Array.of(1, 0, 0, 0, 0, 0.5, 0.5, 0)
    const alignment = { alignedWith: 'classPairs', count: 2, data } as const
    const meta = { matrix: 'm', dimension: 4, includesRegularisation: false, method: 'dense', complete: true, dtype: 'float64', theoryCount: 2, products: 4, maxResidual: null, counts: [{ rule: 'theory', count: 2, threshold: null, statistic: null }] } as const // prettier-ignore
    const eigenvalues = Float64Array.of(2, 1, 0, 0)
    const result = { meta, eigenvalues, alignment, bottom: new Float64Array(0), residuals: new Float64Array(0), quadrature: null, levels: null } // prettier-ignore
    expect(built(alignmentFigure(result, theme)).table.columns).toEqual(['eigenvector', 'eigenvalue', 'class 1', '1 ⊗ 2', '2 ⊗ 1', 'class 2']) // prettier-ignore
    expect(alignmentFigure({ ...result, alignment: null }, theme)).toHaveProperty('reason')
    expect(outlierGroups(result, { rule: 'theory' }).map((group) => labelsInWords(group))).toEqual(['class 1', 'all 2 pairs (50 %)']) // prettier-ignore
  })
})

describe('labelsInWords', () => {
  it('counts what is complete and names the rest', () => {
    const label = (above: number, below: number, share = 1) => ({ label: { above, below }, share })
    const group: OutlierGroup = { value: 1, first: 0, count: 3, classes: 2, nearest: label(0, 0), labels: [label(0, 0), label(1, 1), label(0, 1, 0.7)] } // prettier-ignore
    expect(labelsInWords(group)).toBe('all 2 classes, 1 ⊗ 2 (70 %)')
    expect(labelsInWords(group, 0)).toBe('all 2 classes, 1 more')
    expect(labelsInWords({ ...group, labels: [], nearest: label(0, 1, 0.314) })).toBe(
      'none above 40 %, most in 1 ⊗ 2 (31 %)',
    )
    expect(labelsInWords({ ...group, labels: [], nearest: null })).toBe('')
  })
})

describe('driftFigure', () => {
  it('shows every pair of steps and the largest angles, and says why there is nothing to show', () => {
    const overlaps = Float64Array.of(1, 0.25, 0.25, 1)
    const drift = { steps: [0, 100], overlaps, angles: [{ step: 100, angles: Float64Array.of(0.2, 1.5) }] }
    const { readout, table } = built(driftFigure(drift, theme))
    expect(readout).toBe('largest angle to the step before, rad: 1.5 at 100')
    expect(table.rows).toEqual([[0, 0, 1], [0, 100, 0.25], [100, 0, 0.25], [100, 100, 1]]) // prettier-ignore
    expect(driftFigure(null, theme)).toHaveProperty('reason')
    expect(driftFigure({ steps: [0], overlaps: Float64Array.of(1), angles: [] }, theme)).toHaveProperty('reason')
  })
})

describe('bulkDensityFigure', () => {
  const meta = { matrix: 'm', dimension: 4, includesRegularisation: false, method: 'dense', complete: true, dtype: 'float64', theoryCount: 1, products: 4, maxResidual: null, counts: [{ rule: 'theory', count: 1, threshold: null, statistic: null }] } as const // prettier-ignore
  const none = new Float64Array(0)
  const rest = { bottom: none, residuals: none, levels: null, alignment: null }
  const mass = (rows: readonly (readonly (number | string | null)[])[]) => {
    const width = Number(rows[1]![0]) - Number(rows[0]![0])
    return rows.reduce((sum, row) => sum + Number(row[1]) * width, 0)
  }

  it('leaves the outliers out of axis and density, and counts all eigenvalues above each point', () => {
    const result = { meta, eigenvalues: Float64Array.of(100, 1, 0.5, 0), quadrature: null, ...rest }
    const { table, subtitle } = built(bulkDensityFigure(result, { rule: 'theory' }, theme))
    expect(subtitle).toMatch(/^3 eigenvalues, 1 outliers left out, from all eigenvalues, width 0\.01/)
    expect(table.columns).toEqual(['eigenvalue', 'density', 'standard error', 'eigenvalues above'])
    expect(mass(table.rows)).toBeCloseTo(1, 3)
    expect([table.rows[0]![3], table.rows.at(-1)![3]]).toEqual([4, 1])
    const all = built(bulkDensityFigure(result, { threshold: 1000 }, theme))
    expect(Number(all.table.rows.at(-1)![0])).toBeGreaterThan(100)
  })

  it('adds what is listed and no outlier to the quadrature of the rest', () => {
    const quadrature = { nodes: Float64Array.of(0, 1, 0.5), weights: Float64Array.of(0.5, 0.5, 1) }
    const estimated = { value: 7, standardError: 0.5 }
    const listed = { ...meta, dimension: 12, complete: false, quadrature: { dimension: 10, nodes: [2, 1], products: 3, trace: estimated, squares: { ...estimated, standardError: null } } } // prettier-ignore
    const result = { meta: listed, eigenvalues: Float64Array.of(100, 2), quadrature, ...rest }
    const { table, readout, subtitle } = built(bulkDensityFigure(result, { rule: 'theory' }, theme))
    expect(subtitle).toMatch(/^11 eigenvalues, 1 outliers left out, 2 probes/)
    expect(readout).toBe('trace 7 ± 0.5\nsum of squares 7')
    expect(mass(table.rows)).toBeCloseTo(1, 3)
    // Above 1.5: the outlier and the listed 2; above 0.25 half of the first probe and all of the second besides.
    const above = (t: number) => table.rows.find(([x]) => Number(x) > t)![3]
    expect(above(1.5)).toBeCloseTo(2, 12)
    expect(above(0.25)).toBeCloseTo(2 + 10 * 0.75, 12)
    expect(bulkDensityFigure({ ...result, quadrature: null }, { rule: 'theory' }, theme)).toHaveProperty('reason')
  })
})
