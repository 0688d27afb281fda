import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadPanel } from '#charts/compare/context'
import { differenceNumbers, differenceTable } from '#charts/compare/differenceTable'
import { cellValue, metricLatex, metricNumbers, metricTable } from '#charts/compare/metricTable'
import { smooth } from '#charts/smooth'
import { latexText } from '#charts/latexText'
import { toLatex } from '#charts/toLatex'
import { uncertain, uncertainText } from '#charts/uncertain'
import { comparedRuns, contextOf, fakeHandlers, metric, quantities, twoByThree } from './comparedRuns'

async function metrics(baseline?: string) {
  const runs = comparedRuns(twoByThree)
  const context = contextOf(runs, baseline === undefined ? {} : { baseline })
  const summaries = [{ ...metric('loss'), at: 'last' } as const]
  const panel = { kind: 'metrics', id: 'p', width: 1, height: 1, summaries } as const
  return metricTable(
    { ...panel, summaries },
    context,
    await loadPanel({ ...panel, summaries }, context, fakeHandlers(runs, [])),
  )
}

describe('the table of metrics', () => {
  it('compares with the first group until another is the baseline', async () => {
    const table = await metrics()
    expect(table.columns).toEqual(['last loss'])
    expect(table.rows.map(({ cells }) => cells[0]?.delta?.relative ?? null)).toEqual([null, expect.closeTo(8.18, 1)])
    const other = await metrics(table.rows[1]!.group.key)
    expect(other.rows.map(({ cells }) => cells[0]?.delta === null)).toEqual([false, true])
  })

  it('has every number for the CSV', async () => {
    const { columns, rows } = metricNumbers(await metrics())
    expect(rows).toHaveLength(2)
    expect(rows[0]).toHaveLength(columns.length)
    expect(rows[0]?.slice(0, 2)).toEqual(['λ = 0.01', 'last loss'])
    expect(rows[0]?.[2]).toBeCloseTo((0.01 + 1 / 1001) * 1.01, 12)
  })

  it('is a LaTeX table with the rules of booktabs', async () => {
    const latex = metricLatex(await metrics())
    expect(latex).toContain('% mean and standard error over runs, n = 3')
    expect(latex).toMatch(/\\toprule\n {2} & last loss \\\\\n {2}\\midrule/)
    expect(latex).toContain('$\\lambda$ = 0.01 & $0.011109 \\pm 0.000064$ \\\\')
    expect(latex).toMatch(/\\begin\{tabular\}\{lr\}[\s\S]*\\bottomrule\n\\end\{tabular\}\n$/)
  })
})

describe('numbers that stand for words', () => {
  const codes = ['unconverged', 'collapse', 'pair']
  const verdict = { ...quantities[0]!, id: 'verdict', label: 'Verdict', symbol: '', codes } as const

  it('are counted in words, where a mean would say nothing', async () => {
    const runs = comparedRuns(twoByThree)
    const context = { ...contextOf(runs), quantities: [...quantities, verdict] }
    const summaries = [{ ...metric('verdict'), at: 'last' } as const]
    const panel = { kind: 'metrics', id: 'p', width: 1, height: 1, summaries } as const
    const data = await loadPanel(panel, context, {
      ...fakeHandlers(runs, []),
      'comparison.series': async ({ runIds }) =>
        runIds.map((id, i) => ({ runId: id, steps: Float64Array.of(5), values: Float64Array.of(i % 3 === 0 ? 1 : 2) })),
    })
    const table = metricTable(panel, context, data)
    expect(table.rows.flatMap(({ cells }) => cells.map(cellValue))).toEqual([
      'collapse 1, pair 2',
      'collapse 1, pair 2',
    ])
    expect(table.rows.flatMap(({ cells }) => cells.map(({ delta }) => delta))).toEqual([null, null])
    expect(metricNumbers(table).rows[0]?.slice(1, 4)).toEqual(['last verdict', 'collapse 1, pair 2', null])
    expect(metricLatex(table)).toContain('collapse 1, pair 2')
  })
})

describe('toLatex', () => {
  it('lets nothing that a person typed be read as a command', () => {
    expect(latexText('50% & a_b #1 {x} ~ ^ $y$ \\input{/etc/passwd}')).toBe(
      '50\\% \\& $a_{b}$ \\#1 \\{$x$\\} \\textasciitilde{} \\textasciicircum{} \\$$y$\\$ \\textbackslash{}input\\{/etc/passwd\\}',
    )
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const written = latexText(text)
        // What remains outside of our own commands and mathematics has no character that LaTeX reads.
        const rest = written
          .replace(/\\(textbackslash|textasciitilde|textasciicircum)\{\}|\\[{}$&%#_]/g, '')
          .replace(/\$[^$]*\$/g, '')
        expect(rest).not.toMatch(/[\\{}$&%#_~^\n]/)
      }),
    )
  })
  it.each([
    // One index of two signs: LaTeX stops at two indices of one letter.
    ['λ = 2·10⁻⁶', '$\\lambda$ = 2$\\cdot$10$^{-6}$'],
    ['λ = 0.01, d = 8', '$\\lambda$ = 0.01, $d$ = 8'],
    ['d_x = 50', '$d_{x}$ = 50'],
    ['loss L_data', 'loss $L_{\\mathrm{data}}$'],
    ['f̃_cc′', '$\\tilde{f}_{cc^{\\prime}}$'],
    ['κ(XXᵀ)', '$\\kappa$($XX^{\\top}$)'],
    ['λx', '$\\lambda x$'],
    ['a_b_c, x²^3', '$a_{b}{}_{c}$, $x^{2}{}^{3}$'],
    ['été en Español', 'été en Español'],
    ['$λ$', '\\$$\\lambda$\\$'],
  ])('sets %s as %s', (text, latex) => expect(latexText(text)).toBe(latex))

  it('never gives a letter two indices in one place', () => {
    const signs = fc.constantFrom(...'aλx²⁻³₁₂′ᵀ_^{}f̃N C1·')
    fc.assert(
      fc.property(fc.string({ unit: signs }), (text) => {
        for (const [, math = ''] of latexText(text)
          .replaceAll('\\$', '')
          .matchAll(/\$([^$]*)\$/g)) {
          // An empty group ends what an index may hang on; indices inside an index stand in braces of their own.
          let flat = math.replaceAll('{}', 'o')
          while (/\{[^{}]*\}/.test(flat)) flat = flat.replace(/\{[^{}]*\}/g, '')
          expect(flat).not.toMatch(/\^_?\^|__|_\^_/)
        }
      }),
    )
  })
  it('aligns columns of words left and of numbers right', () => {
    const latex = toLatex(['a', 'b'], [['x', uncertain(2, NaN)]], 'note')
    expect(latex).toContain('\\begin{tabular}{lr}')
    expect(latex).toContain('$x$ & 2 \\\\')
  })
})

describe('uncertain', () => {
  it.each([
    [0.044606, 0.00012, '0.04461 ± 0.00012'],
    [4.4606e-5, 1.2e-7, '(4.461 ± 0.012)·10⁻⁵'],
    [-2, 0.5, '−2.00 ± 0.50'],
    [0.175217956197, 1.2e-13, '0.1752179562 ± 1.2·10⁻¹³'],
    [1, 0, '1 ± 0'],
    [3, NaN, '3'],
    [NaN, 1, 'NaN'],
    [1234.5, 56, '1235 ± 56'],
  ])('writes %s with error %s as %s', (value, error, text) => {
    expect(uncertainText(uncertain(value, error))).toBe(text)
  })
})

describe('the table of differences', () => {
  it('shows only what differs, and everything on demand', () => {
    const context = contextOf(comparedRuns(twoByThree))
    const some = differenceTable(context, false)
    expect(some.rows.map(({ path, cells }) => [path, ...cells])).toEqual([
      ['params.weightDecay', '0.01', '0.1'],
      ['seed', '0, 1, 2', '0, 1, 2'],
    ])
    const all = differenceTable(context, true)
    expect(all.rows.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['system', 'params.width', 'backend.dtype', 'computed by.version']),
    )
    expect(differenceNumbers(some).columns).toEqual(['setting', 'λ = 0.01', 'λ = 0.1'])
  })

  it('says every setting in words, and what computed the runs', () => {
    const runs = comparedRuns([{ weightDecay: 0.1, computedBy: { replicas: 12 } }, { weightDecay: 0.2 }])
    const { rows } = differenceTable(contextOf(runs), true)
    expect(rows.map(({ path, label }) => [path, label])).toEqual(
      expect.arrayContaining([
        ['params.weightDecay', 'Weight decay λ'],
        ['seed', 'Seed'],
        ['computed by.replicas', 'Runs trained as one program'],
      ]),
    )
    for (const { label } of rows) expect(label).toMatch(/^\p{Lu}[^.]*$/u)
  })

  it('shows a difference in the last digit as a difference', () => {
    const runs = comparedRuns([{ weightDecay: 0.1 }, { weightDecay: 0.1000001 }])
    expect(differenceTable(contextOf(runs), false).rows.map(({ cells }) => cells)).toEqual([['0.1', '0.1000001']])
  })
})

describe('smooth', () => {
  const finite = fc.double({ noNaN: true, min: -1e6, max: 1e6 })
  it('starts at the first value and stays inside the range so far', () => {
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 1 }),
        fc.double({ noNaN: true, min: 0, max: 0.99 }),
        (values, weight) => {
          const smoothed = smooth(Float64Array.from(values), weight)
          // Rounding, which among denormal numbers is not relative.
          const slack = 1e-9 * Math.max(...values.map(Math.abs)) + 1e-300
          smoothed.forEach((value, i) => {
            const sofar = values.slice(0, i + 1)
            expect(value).toBeGreaterThanOrEqual(Math.min(...sofar) - slack)
            expect(value).toBeLessThanOrEqual(Math.max(...sofar) + slack)
          })
        },
      ),
    )
  })
  it('is the values themselves at weight 0, and keeps gaps', () => {
    expect([...smooth(Float64Array.of(1, NaN, 3), 0)]).toEqual([1, NaN, 3])
    expect(smooth(Float64Array.of(1, NaN, 3), 0.5)[2]).toBeCloseTo((1 * 0.25 + 3 * 0.5) / 0.75, 12)
  })
})
