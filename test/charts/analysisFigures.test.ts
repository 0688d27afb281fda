import { describe, expect, it } from 'vitest'
import type { OutlierHistory } from '#shared/analysis'
import { labelsInWords, outlierGroups, type OutlierGroup } from '#shared/outliers'
import { alignmentFigure, eigenvectorFigure, partShares } from '#charts/eigenvectorFigures'
import { isEmptyFigure, type BuiltFigure, type EmptyFigure } from '#charts/figureParts'
import { outlierTracksFigure } from '#charts/outlierTracksFigure'
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
    expect(readout).toBe('crossings: 2 passes 1 at 100\noverlap with the step before: 0.25 at 100')
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
    expect(outlierGroups(result, { rule: 'theory' }).map((group) => labelsInWords(group))).toEqual(['class 1', '1 ⊗ 2 (50 %), 2 ⊗ 1 (50 %)']) // prettier-ignore
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
