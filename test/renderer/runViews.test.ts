import type { Cell } from '#shared/contract/runs'
import { describe, expect, it } from 'vitest'
import { h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { causeOf } from '../../src/renderer/components/runStatus'
import { allowanceText, claimRows, measuredText } from '../../src/renderer/views/run/claimRows'
import { measuredSteps } from '../../src/renderer/views/run/measuredSteps'
import { figuresOf } from '../../src/renderer/views/run/tabs'
import { cellText, columnFor, groupCellHint, groupCellText, usualColumns } from '../../src/renderer/views/runs/columns'
import { renderMarkdown } from '../../src/renderer/components/marks/markdown'
import { filterRunFields as fields } from '../helpers/filterRuns'
import { claims, runs } from './fixtures/runs'
import { figures } from './fixtures/systems'

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

describe('the columns of the table of runs', () => {
  const column = (id: string) => columnFor(id, fields)!

  it('are called by their symbol, or by what they are and which reading is meant', () => {
    const titles = ['K', 'param.loss', 'metric.loss', 'min(loss)', 'loss@100', 'nc1[2]', 'created'].map(
      (id) => column(id).title,
    )
    expect(titles).toEqual(['Classes', 'Loss', 'Loss', 'Loss, min', 'Loss at step 100', 'NC1, layer 2', 'Created'])
    expect(columnFor('gone', fields)).toBeNull()
  })
  it('stand in the usual order, with the parameters that tell the runs apart', () => {
    expect(usualColumns(['K'], fields)).toEqual([
      'name',
      'status',
      'verdict',
      'system',
      'loss',
      'param.K',
      'seed',
      'tag',
      'claims',
      'created',
    ])
  })
  it('show whole numbers with every digit, others with five, words for codes, nothing for nothing', () => {
    const text = (id: string, cell: Cell) => cellText(column(id), cell)
    expect(text('seed', 4_294_967_295)).toBe('4294967295')
    expect(text('metric.loss', 0.0446061193)).toBe('0.044606')
    expect([text('metric.loss', NaN), text('metric.loss', null), text('metric.loss', -3)]).toEqual(['NaN', '', '−3'])
    expect([text('verdict', 1), text('verdict', 7)]).toEqual(['collapse', '7'])
    expect([text('duration', 125), text('param.loss', 'ce')]).toEqual(['2 min 5 s', 'ce'])
  })
  it('show of a group what its runs share, else mean and spread, and say over how many', () => {
    const differing = { common: null, distinct: 3, count: 3, mean: 0.0446061, std: 2.1e-6 }
    expect(groupCellText(column('metric.loss'), differing)).toBe('0.044606 ± 2.1·10⁻⁶')
    expect(groupCellHint(column('metric.loss'), differing, 4)).toBe('Mean of 3 of 4 runs, ± sample standard deviation')
    expect(groupCellText(column('metric.loss'), { ...differing, count: 1, std: null })).toBe('0.044606')
    expect(groupCellText(column('K'), { ...differing, common: 4 })).toBe('4')
    expect(groupCellText(column('name'), { ...differing, count: 0, mean: null, std: null })).toBe('3 different')
    expect(groupCellText(column('created'), differing)).toBe('3 different')
    expect(groupCellText(column('seed'), differing)).toBe('3 different')
  })
})

describe('a note', () => {
  const html = (text: string) => renderToString(h('div', renderMarkdown(text)))

  it('becomes elements', async () => {
    const note = await html('# Title\n\n- *one*\n- `two`\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```\nx < y\n```')
    expect(note).toContain('<h1>Title</h1>')
    expect(note).toContain('<li><em>one</em></li>')
    expect(note).toContain('<td>2</td>')
    expect(note).toContain('<pre><code>x &lt; y')
  })
  it('links to where the window lets out, and shows other addresses without linking them', async () => {
    expect(await html('[paper](https://arxiv.org/abs/2404.06106)')).toMatch(
      /<a href="https:\/\/arxiv.org\/abs\/2404.06106" target="_blank" rel="noopener noreferrer">paper<\/a>/,
    )
    for (const address of ['https://evil.example/x', 'http://arxiv.org/', 'file:///etc/passwd', 'data:text/html,x']) {
      const note = await html(`[paper](${address})`)
      expect(note).not.toContain('<a')
      expect(note).toContain('paper')
    }
  })
  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '![picture](https://evil.example/a.png)',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '<a href="https://arxiv.org" onclick="alert(1)">x</a>',
    '[ref]\n\n[ref]: javascript:alert(1)',
    '<https://evil.example/>',
    '# <svg onload=alert(1)>',
  ])('makes nothing that runs or loads of %s', async (text) => {
    const note = await html(text)
    expect(note.replaceAll(/&lt;.*?&gt;/g, '')).not.toMatch(/<(script|img|svg|a|iframe)\b|\son\w+=/i)
  })
})
