import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyComparison, type Comparison, type Panel } from '#shared/comparison'
import { commandLine } from '../cli/harness'
import { openProject } from '#main/store/openProject'
import { fixedClock } from '../../helpers/projects'

const frame = { width: 1, height: 1 } as const
const loss = { quantity: 'loss', layer: null } as const
const panels: Panel[] = [
  {
    kind: 'curves',
    ...frame,
    id: 'a',
    metric: loss,
    x: null,
    xScale: 'log',
    yScale: 'log',
    spread: { kind: 'minMax', coverage: 0.9 },
    showRuns: true,
    smoothing: 0.5,
    smoothExports: false,
  },
  { kind: 'metrics', ...frame, id: 'b', summaries: [{ ...loss, at: 'last' }] },
  { kind: 'differences', ...frame, id: 'c', all: false },
  { kind: 'importance', ...frame, id: 'd', summary: { quantity: 'absent', layer: null, at: 'last' } },
]

/** Two widths, two seeds each, of the tiny system, and a comparison of them. */
async function compared() {
  const line = commandLine()
  for (const width of [2, 3]) {
    for (const seed of [0, 1]) {
      const { code } = await line.collapsar('run', 'tiny', '--set', `width=${width}`, '--seed', String(seed))
      expect(code).toBeLessThan(2)
    }
  }
  const project = openProject(line.project, { clock: fixedClock() })
  const comparison: Comparison = { ...emptyComparison, runIds: project.runs.list().map(({ id }) => id), panels }
  project.comparisons.save('widths', comparison, false, 1)
  project.close()
  return line
}

describe('collapsar export --comparison', () => {
  it('writes every panel: pictures with their numbers, tables as CSV and LaTeX, and says what is empty', async () => {
    const { collapsar, folder } = await compared()
    const out = join(folder, 'figures')
    const { code, stdout } = await collapsar(
      'export',
      '--comparison',
      'widths',
      '--out',
      out,
      '--format',
      'svg,csv',
      '--json',
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      comparison: 'widths',
      files: [
        '1-loss-over-step.svg',
        '1-loss-over-step.csv',
        '2-metrics.csv',
        '2-metrics.tex',
        '3-differences-of-settings.csv',
      ],
      skipped: [{ figure: 'What moves the last absent', reason: expect.stringContaining('none of the shown runs') }],
    })
    const svg = readFileSync(join(out, '1-loss-over-step.svg'), 'utf8')
    expect(svg).toContain('<desc>mean, least to greatest, n = 2</desc>')
    expect(svg).toContain('comparison="widths"')
    expect(readFileSync(join(out, '2-metrics.tex'), 'utf8')).toContain('\\toprule')
    expect(readFileSync(join(out, '3-differences-of-settings.csv'), 'utf8')).toContain('params.width,2,3')
  })

  it('refuses an unknown name, and both a run and a comparison', async () => {
    const { collapsar, folder } = await compared()
    const unknown = await collapsar('export', '--comparison', 'none', '--out', join(folder, 'figures'))
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('no comparison "none"')
    expect(existsSync(join(folder, 'figures'))).toBe(false)
    const both = await collapsar('export', 'r-0', '--comparison', 'widths', '--out', folder)
    expect(both.stderr).toContain('either a RUN or --comparison NAME')
    expect((await collapsar('export', '--out', folder)).code).toBe(2)
  })
})

describe('collapsar compare', () => {
  it('shows means over seeds, differences to the first group, and what differs', async () => {
    const { collapsar } = await compared()
    const { code, stdout } = await collapsar('compare', 'tiny')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^group +metric +mean ± standard error +n +difference\nd = 2 +last loss +0\.16667 ± 0 +2/)
    expect(stdout).toMatch(/params\.width: 2 \| 3\nseed: 0, 1 \| 0, 1/)
  })

  it('gives LaTeX and JSON, other metrics and places, and every run alone', async () => {
    const { collapsar } = await compared()
    expect((await collapsar('compare', '--latex')).stdout).toContain('$d$ = 2 & $0.16667 \\pm 0$ \\\\')
    const each = await collapsar('compare', '--each', '--metric', 'loss', '--at', 'max', '--json')
    const { groups } = JSON.parse(each.stdout)
    expect(groups).toHaveLength(4)
    expect(groups[0]).toMatchObject({ metric: 'greatest loss', summary: { mean: 1, sem: 'NaN', n: 1 } })
  })

  it.each([
    [['--metric', 'nc1:x'], 'expected a quantity such as loss, or nc1:2'],
    [['--at', 'middle'], 'expected one of last, min, max'],
    [['--runs', 'r-zzz'], 'There is no run "r-zzz"'],
    [['deep-ufm'], 'no run is left'],
  ])('refuses %s', async (args, message) => {
    const { collapsar } = await compared()
    const { code, stderr } = await collapsar('compare', ...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})
