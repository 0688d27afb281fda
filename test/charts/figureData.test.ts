import { describe, expect, it } from 'vitest'
import { buildFigure, isEmptyFigure, type BuiltFigure } from '#charts/figureData'
import { figureRequests, loadFigureSource } from '#charts/figureSource'
import { themes } from '#charts/theme'
import { toSvg } from '#charts/toSvg'
import type { FigureDefinition } from '#shared/figure'
import { textOf } from './textOf'
import { detail, eigenvaluesAt, figures, handlers, RHO } from './sampleRun'

async function build(id: string, step = 6000, layer: number | null = 2): Promise<BuiltFigure> {
  const definition = definitionOf(id)
  const selection = { step, layer }
  const built = buildFigure(
    definition,
    await loadFigureSource(definition, detail, selection, handlers),
    selection,
    themes.light,
  )
  if (isEmptyFigure(built)) throw new Error(built.reason)
  return built
}

function definitionOf(id: string): FigureDefinition {
  const definition = figures.find((candidate) => candidate.id === id)
  if (!definition) throw new Error(`no figure ${id}`)
  return definition
}

function drawn(figure: BuiltFigure): string {
  return toSvg(figure.option, { width: 140, height: 80, theme: 'light' })
}

describe('figureRequests', () => {
  it('asks for the series of every layer, and for the array of the chosen layer only', () => {
    expect(figureRequests(definitionOf('nc1'), detail, { step: 10, layer: null })).toEqual([
      { kind: 'series', quantity: 'nc1', layer: 1 },
      { kind: 'series', quantity: 'nc1', layer: 2 },
    ])
    expect(figureRequests(definitionOf('spectrum'), detail, { step: 10, layer: 2 })).toEqual([
      { kind: 'array', quantity: 'hessian', layer: 2, step: 10 },
    ])
  })

  it('falls back to the first measured layer', () => {
    const [request] = figureRequests(definitionOf('eigenvalues'), detail, { step: 10, layer: 7 })
    expect(request).toEqual({ kind: 'arrays', quantity: 'hessian', layer: 1 })
  })
})

describe('buildFigure', () => {
  it('compares a loss with its prediction at the chosen step', async () => {
    const { readout, table } = await build('loss')
    expect(readout).toBe('step 6000: 0.044606, predicted 0.0446060193, error 0')
    expect(table.columns).toEqual(['quantity', 'layer', 'step', 'value'])
    expect(table.rows).toHaveLength(10)
  })

  it('counts the zeros that a log axis cannot show', async () => {
    expect((await build('nc1')).subtitle).toBe('4 values ≤ 0 or not finite, not on the log axis')
  })

  it('reads a spectrum out against its prediction, with matrix, method and precision beside it', async () => {
    const { readout, subtitle, table } = await build('spectrum')
    expect(readout).toContain('9 × 0.21537, predicted 0.2153700722, error 2·10⁻⁶')
    expect(subtitle).toBe('layer 2, step 6000, 100 eigenvalues, kronecker, float64, layer Hessian, data part')
    expect(table.rows[0]).toEqual(['measured', 1, eigenvaluesAt(6000)[0], 1])
    expect(table.rows.at(-2)).toEqual(['predicted', 1, RHO, 9])
  })

  it('shows the spectrum that was measured last at or before the step', async () => {
    expect((await build('spectrum', 2999)).subtitle).toContain('step 1000')
  })

  it('names outliers and bulk at their curves and draws them in their colours', async () => {
    const svg = drawn(await build('eigenvalues'))
    expect(svg).toContain('9 outliers')
    expect(svg).toContain('91 bulk')
    expect(svg).toContain('#D55E00')
    expect(svg).toContain('#7A8794')
    expect(svg).toContain('predicted ρ = 0.21537')
  })

  it('names measured and predicted sticks with their multiplicities', async () => {
    const svg = drawn(await build('spectrum'))
    expect(svg.match(/9 × 0\.2154/g)).toHaveLength(2)
    expect(svg).toContain('91 × 0')
    expect(textOf(svg)).toContain('layer Hessian ρ (dimensionless)')
  })

  it('draws step 0 apart from the powers of ten', async () => {
    const svg = drawn(await build('loss'))
    for (const label of ['0', '1', '10', '100', '1000', 'step']) expect(svg).toContain(`>${label}</text>`)
  })

  it('cuts the tails of a density eight decades down and says so', async () => {
    const figure = await build('density')
    expect(textOf(drawn(figure))).toContain('eigenvalue λ (dimensionless)')
    expect(figure.subtitle).toMatch(/axis cut 8 decades below the maximum, \d+ points under it/)
  })

  it('writes the values into the cells of a small heatmap', async () => {
    const svg = drawn(await build('f'))
    expect(svg.match(/>0\.33</g)).toHaveLength(3)
    expect(textOf(svg)).toContain('coefficients f (dimensionless)')
  })

  it('names the classes of a matrix in the order into which its record put them', async () => {
    const definition = figures.find(({ mark }) => mark === 'heatmap')!
    const reordering: typeof handlers = {
      ...handlers,
      'run.array': async (input) => {
        const record = await handlers['run.array'](input)
        return record && { ...record, meta: { order: [1, 2, 0] } }
      },
    }
    const selection = { step: 6000, layer: 2 }
    const source = await loadFigureSource(definition, detail, selection, reordering)
    const built = buildFigure(definition, source, selection, themes.light)
    if (isEmptyFigure(built)) throw new Error(built.reason)
    const rows = built.table.rows.map(([row, column]) => [row, column])
    expect(rows).toEqual([2, 3, 1].flatMap((row) => [2, 3, 1].map((column) => [row, column])))
    expect((await build(definition.id)).table.rows.map(([row]) => row)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3])
  })

  it('says what is missing where nothing was measured yet', async () => {
    const definition = definitionOf('density')
    const selection = { step: 100, layer: null }
    const source = await loadFigureSource(definition, detail, selection, handlers)
    expect(buildFigure(definition, source, selection, themes.dark)).toEqual({
      title: 'Figure density',
      reason: 'spectral density: nothing measured up to step 100 yet.',
    })
  })

  it('names an unknown quantity and the known ones', async () => {
    const definition = { ...definitionOf('loss'), quantities: ['lsos'] }
    const source = await loadFigureSource(definition, detail, { step: 1, layer: null }, handlers)
    expect(() => buildFigure(definition, source, { step: 1, layer: null }, themes.light)).toThrow(
      /"lsos".*Known: loss, nc1/,
    )
  })
})
