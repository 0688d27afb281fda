import { describe, expect, it } from 'vitest'
import { causeOf } from '../../src/renderer/components/runStatus'
import { allowanceText, claimRows, measuredText } from '../../src/renderer/views/run/claimRows'
import { measuredSteps } from '../../src/renderer/views/run/measuredSteps'
import { figuresOf } from '../../src/renderer/views/run/tabs'
import { runColumns } from '../../src/renderer/views/runs/columns'
import { claims, runs } from './fixtures/runs'
import { deepUfm, figures, imageClassifier } from './fixtures/systems'

describe('the views of a run', () => {
  it('slide over every measured step once, ascending', () => {
    const measured = [
      { quantity: 'loss', layer: null, steps: Float64Array.of(0, 1, 10, 300) },
      { quantity: 'layerHessian', layer: 1, steps: Float64Array.of(0, 10, 600) },
    ]
    expect(measuredSteps(measured)).toEqual([0, 1, 10, 300, 600])
  })
  it('show the first figures of every tab in the overview, and all of a tab in the tab', () => {
    expect(figuresOf('overview', figures).map((figure) => figure.id)).toEqual([
      'loss',
      'singular',
      'nc1',
      'layerHessian',
      'outliers',
      'eigenvectors',
    ])
    expect(figuresOf('training', figures).map((figure) => figure.id)).toEqual(['loss', 'gradient'])
    expect(figuresOf('log', figures)).toEqual([])
  })
  it('list every check of every claim', () => {
    const { columns, rows } = claimRows(claims)
    expect(rows).toHaveLength(6)
    expect(rows.every((row) => row.length === columns.length)).toBe(true)
    expect(rows[2]).toContain(0.2153704671)
  })
  it('write an allowance with the sign of its relation', () => {
    expect(claims.flatMap((claim) => claim.checks.map(allowanceText)).slice(0, 3)).toEqual([
      '≤ 4·10⁻⁷',
      '± 0',
      '± 4.3·10⁻⁶',
    ])
  })
  it('say why a run ended and what is kept', () => {
    const causes = new Map(runs.map((run) => [run.status, causeOf(run)]))
    expect(causes.get('failed')).toMatch(/row 812/)
    expect(causes.get('diverged')).toMatch(/step 17.*kept.*learning rate/)
    expect(causes.get('interrupted')).toMatch(/step 2210.*kept/)
    expect([causes.get('completed'), causes.get('cancelled')]).toEqual([null, null])
  })
})

describe('the numbers of a claim', () => {
  const almostOne = {
    label: '',
    predicted: null,
    measured: 1 - 2e-15,
    relation: 'atLeast',
    allowance: 1 - 1e-12,
    holds: true,
  } as const

  it('have the digits that tell a measured value from its bound', () => {
    expect(allowanceText(almostOne)).toBe('≥ 0.999999999999')
    expect(measuredText(almostOne)).toBe('1')
    expect(measuredText({ ...almostOne, measured: 0.999999999998, holds: false })).toBe('0.999999999998')
  })
})

describe('runColumns', () => {
  const columns = runColumns(runs, [deepUfm, imageClassifier])
  const column = (id: string) => columns.find((candidate) => candidate.id === id)

  it('puts the parameters that differ most first and calls them by their symbols', () => {
    const parameters = columns.filter((candidate) => candidate.id.startsWith('param:'))
    expect(parameters[0]).toMatchObject({ id: 'param:width', title: 'd', hint: 'Width' })
    expect(parameters.length).toBeLessThanOrEqual(6)
  })
  it('leaves blank what a run does not have, and sorts it by nothing', () => {
    const pending = runs[2]!
    expect([column('loss')?.text(pending), column('loss')?.value(pending)]).toEqual(['', undefined])
    expect(column('claims')?.text(pending)).toBe('')
  })
  it('shows 5 significant digits and how far a run came', () => {
    expect(column('loss')?.text(runs[0]!)).toBe('0.044606')
    expect(column('step')?.text(runs[1]!)).toBe('1240/3000')
    expect(column('claims')?.text(runs[0]!)).toBe('2 of 3')
  })
})
