import { describe, expect, it } from 'vitest'
import type { Panel, PanelOf } from '#shared/comparison'
import { loadPanel } from '#charts/compare/context'
import type { PanelFigure } from '#charts/compare/drawing'
import { buildPanel, panelTitle, type ChartPanel } from '#charts/compare/panelFigure'
import { isEmptyFigure } from '#charts/figureData'
import { themes } from '#charts/theme'
import { toSvg } from '#charts/toSvg'
import { textOf } from '../textOf'
import { comparedRuns, contextOf, fakeHandlers, metric, twoByThree, type RunGiven } from './comparedRuns'

const frame = { id: 'p', width: 1, height: 1 }
const plane = {
  ...frame,
  metric: metric('loss'),
  x: null,
  xScale: 'log',
  yScale: 'log',
  spread: { kind: 'std', coverage: 0.9 },
} as const
const curves: PanelOf<'curves'> = {
  kind: 'curves',
  ...plane,
  showRuns: false,
  smoothing: 0,
  smoothExports: false,
}
const summary = { ...metric('loss'), at: 'last' } as const

async function built(
  panel: ChartPanel,
  given: readonly RunGiven[] = twoByThree,
  { comparison = {}, isExport = false }: { comparison?: Parameters<typeof contextOf>[1]; isExport?: boolean } = {},
) {
  const runs = comparedRuns(given)
  const context = contextOf(runs, comparison)
  const data = await loadPanel(panel, context, fakeHandlers(runs, given))
  return buildPanel(panel, context, data, themes.print, { isExport })
}
async function drawn(...args: Parameters<typeof built>): Promise<PanelFigure & { svg: string; words: string }> {
  const figure = await built(...args)
  if (isEmptyFigure(figure)) throw new Error(`empty: ${figure.reason}`)
  const svg = toSvg(figure.option, { width: 140, height: 90, theme: 'print' })
  return { ...figure, svg, words: textOf(svg) }
}
const reason = async (...args: Parameters<typeof built>) => {
  const figure = await built(...args)
  return isEmptyFigure(figure) ? figure.reason : null
}

describe('curves of groups', () => {
  it('have a band of mean ± std over three seeds and say n', async () => {
    const figure = await drawn(curves)
    expect(figure.title).toBe('Loss over step')
    expect(figure.subtitle).toBe('mean ± standard deviation, n = 3')
    expect(figure.words).toContain('λ = 0.01')
    expect(figure.svg.match(/fill-opacity="0.18"|opacity="0.18"/g)).toHaveLength(2)
    // Loss at step 0 of λ = 0.01: 1.01 (1, 1.01, 1.02).
    const row = figure.table.rows.find(([group, run, x]) => group === 'λ = 0.01' && run === 'group' && x === 0)
    expect(row?.slice(3, 5)).toEqual([expect.closeTo(1.0201, 12), 3])
    expect(row?.[5]).toBeCloseTo(1.0201 - 0.0101, 12)
  })

  it('say where runs of a group end', async () => {
    const ragged = twoByThree.map((run, i) => (i === 1 ? { ...run, length: 3 } : run))
    expect((await drawn(curves, ragged)).subtitle).toContain('n = 3, 2 of 3 beyond 10')
  })

  it('draw single runs without a band', async () => {
    const figure = await drawn(curves, twoByThree, { comparison: { grouping: { by: 'run' } } })
    expect(figure.svg).not.toContain('opacity="0.18"')
    expect(figure.subtitle).toBe('')
  })

  it('smooth on screen with the measured curve behind, and in exports only when asked', async () => {
    const smoothed = { ...curves, smoothing: 0.9 }
    expect((await drawn(smoothed)).subtitle).toContain('smoothed 0.9, measured behind')
    expect((await drawn(smoothed, twoByThree, { isExport: true })).subtitle).not.toContain('smoothed')
    const asked = { ...smoothed, smoothExports: true }
    expect((await drawn(asked, twoByThree, { isExport: true })).subtitle).toContain('smoothed')
  })

  it('go over wall time, on which a resumed run continues, with values between measurements counted', async () => {
    const figure = await drawn({ ...curves, x: metric('wallTime'), xScale: 'linear' })
    const own = figure.table.rows.filter(([, run]) => run === 'r-0000000001').map(([, , x]) => x)
    expect(own).toEqual([0, 1, 2, 2, 3])
    expect(figure.subtitle).toMatch(/\d+ of \d+ values between measurements/)
    expect(figure.words).toContain('wall time')
  })

  it('go over a metric that turns back as single runs, without a band', async () => {
    const figure = await drawn({ ...curves, x: metric('angle'), xScale: 'linear' })
    expect(figure.subtitle).toContain('x turns back: every run alone, no band')
    expect(figure.svg).not.toContain('opacity="0.18"')
  })

  it('show the part of the axis that was chosen', async () => {
    const comparison = { zoom: { step: { from: 1, to: 100 } } }
    const figure = await drawn(curves, twoByThree, { comparison })
    expect(figure.words).not.toContain('1000')
    expect(figure.axis?.valueAt(2)).toBeCloseTo(100, 9)
  })

  it('leave hidden groups out', async () => {
    const hidden = [contextOf(comparedRuns(twoByThree)).groups[0]!.key]
    const figure = await drawn(curves, twoByThree, { comparison: { hidden } })
    expect(new Set(figure.table.rows.map(([group]) => group))).toEqual(new Set(['λ = 0.1']))
  })

  it('say what none of the runs measured', async () => {
    expect(await reason({ ...curves, metric: metric('nc1', 2) })).toBe(
      'NC1, layer 2: none of the shown runs measured it.',
    )
  })
})

describe('pictures of a sweep', () => {
  const sweep = [0.01, 0.1].flatMap((weightDecay) =>
    [2, 3].flatMap((width) => [0, 1].map((seed) => ({ weightDecay, width, seed }))),
  )
  const decay = 'params.weightDecay'
  const width = 'params.width'

  it('a heatmap has the mean of each cell, named by the settings, largest row on top', async () => {
    const panel = { kind: 'heatmap', ...frame, summary, rows: width, columns: decay, valueScale: 'log' } as const
    const figure = await drawn(panel, sweep.slice(1))
    expect(figure.subtitle).toBe('mean of 1 … 2 runs a cell')
    expect(figure.table.rows[0]?.slice(0, 3)).toEqual([3, 0.01, 2])
    expect(figure.words).toMatch(/Weight decay λ/)
    const holey = await drawn(panel, sweep.slice(2))
    expect(holey.subtitle).toContain('1 cell without a run, left empty')
  })

  it('a scatter has one point for each run and the theory once where it is the same', async () => {
    const panel = {
      kind: 'scatter',
      ...frame,
      summary,
      setting: decay,
      xScale: 'log',
      yScale: 'log',
      theory: true,
    } as const
    const figure = await drawn(panel, sweep)
    expect(figure.readout).toBe('L* = λ')
    expect(figure.subtitle).toContain('8 runs, theory: a paper')
    expect(figure.words).toContain('predicted')
    expect(figure.table.rows.filter(([kind]) => kind === 'measured')).toHaveLength(8)
    const predicted = figure.table.rows.filter(([kind]) => kind === 'predicted')
    expect(predicted.map(([, , , x, y]) => [x, y]).every(([x, y]) => x === y)).toBe(true)
    expect(predicted.at(-1)?.[3]).toBe(0.1)
    expect((await drawn({ ...panel, theory: false }, sweep)).words).not.toContain('predicted')
  })

  it('parallel coordinates choose the runs inside every brush', async () => {
    const brushes = [
      { axis: 0, from: 0.05, to: 0.5 },
      { axis: 1, from: 2.5, to: 4 },
    ]
    const panel = { kind: 'parallel', ...frame, settings: [decay, width], summaries: [summary], brushes } as const
    const figure = await drawn(
      { ...panel, settings: [...panel.settings], summaries: [...panel.summaries], brushes },
      sweep,
    )
    expect(figure.subtitle).toBe('8 runs, 2 of 8 runs inside the brushes')
    expect(figure.table.rows.filter(([, , inside]) => inside === 1)).toHaveLength(2)
    expect(figure.upright?.valueAt(1, 0.5)).toBeCloseTo(2.5, 12)
  })

  it('importance names what moves the metric, with its caveat', async () => {
    const figure = await drawn({ kind: 'importance', ...frame, summary }, sweep)
    expect(figure.table.rows[0]?.[0]).toBe(decay)
    expect(figure.readout).toMatch(/only together with another/)
    expect(await reason({ kind: 'importance', ...frame, summary }, [{}])).toMatch(/differ in no setting/)
  })

  it('small multiples have one plot for each pair of values', async () => {
    const figure = await drawn({ ...plane, kind: 'multiples', rows: width, columns: decay }, sweep)
    for (const title of ['d = 2, λ = 0.01', 'd = 3, λ = 0.1']) expect(figure.words).toContain(title)
    expect(new Set(figure.table.rows.map(([cell]) => cell)).size).toBe(4)
  })

  it('spectra stand in rows with their predictions', async () => {
    const figure = await drawn({ kind: 'spectra', ...frame, metric: metric('spectrum'), step: null })
    expect(figure.subtitle).toContain('step 1000')
    expect(figure.words).toContain('λ = 0.01, seed 2')
    expect(figure.table.rows.filter(([, , kind]) => kind === 'predicted')).toHaveLength(6)
    expect(figure.svg).toContain('stroke-dasharray')
  })
})

it('every kind of panel has words for a title', () => {
  const panels: Panel[] = [
    { kind: 'metrics', ...frame, summaries: [] },
    { kind: 'differences', ...frame, all: false },
  ]
  const context = contextOf(comparedRuns(twoByThree))
  expect(panels.map((panel) => panelTitle(panel, context))).toEqual(['Metrics', 'Differences of settings'])
})
