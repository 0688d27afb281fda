import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evolutionGrid, type EvolutionInput } from '#charts/evolutionGrid'
import { evolutionOption } from '#charts/evolutionOption'
import { themes } from '#charts/theme'
import { toSvg } from '#charts/toSvg'
import { textOf } from './textOf'

function inputOf(rows: readonly (readonly number[])[], valueScale: EvolutionInput['valueScale']): EvolutionInput {
  const records = rows.map((values, i) => ({ step: i === 0 ? 0 : 10 ** (i - 1), data: Float64Array.from(values) }))
  return { records, indexTitle: 'index i', valueTitle: 'σ (dimensionless)', valueScale, currentStep: null }
}

/** Fills of the cells in the order drawn: rows of one component, steps within. */
function fillsOf(input: EvolutionInput): string[] {
  const svg = toSvg(evolutionOption(input, themes.light).option, { width: 120, height: 80, theme: 'light' })
  return [...svg.matchAll(/<path d="M[^"]+Z" fill="(#[0-9a-f]{6})"/gi)].map(([, fill]) => fill!)
}

describe('evolutionGrid', () => {
  const room = { mostRows: 4, mostColumns: 3 }

  it('keeps the extremes of every component, and the first and the last step', () => {
    const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 8 }), (rows) => {
        const input = inputOf(rows, 'linear')
        const grid = evolutionGrid(input, themes.light, room)
        expect(grid.indices.length).toBeLessThanOrEqual(room.mostRows)
        expect(grid.steps.length).toBeLessThanOrEqual(room.mostColumns)
        expect([grid.steps[0], grid.steps.at(-1)]).toEqual([input.records[0]!.step, input.records.at(-1)!.step])
        grid.steps.forEach((step, column) => {
          const { data } = input.records.find((record) => record.step === step)!
          const kept = grid.indices.map((_, row) => Math.abs(grid.values[row * grid.steps.length + column]!))
          expect(Math.max(...kept.filter(Number.isFinite))).toBe(Math.max(...data.map(Math.abs)))
        })
      }),
    )
  })

  it('says what a log scale cannot show', () => {
    const { notes } = evolutionGrid(inputOf([[1, 0], [1, -1]], 'log'), themes.light, room) // prettier-ignore
    expect(notes).toEqual(['2 values ≤ 0 or not finite, left empty'])
  })
})

describe('evolutionOption', () => {
  it('gives equal values one colour, and leaves out what has no place', () => {
    const fills = fillsOf(inputOf([[3, 1, 1], [30, 1, 1], [300, 1, 0]], 'log')) // prettier-ignore
    const cells = fills.slice(0, 8)
    expect(cells).toHaveLength(8)
    expect(new Set(cells.slice(3)).size).toBe(1)
    expect(new Set(cells.slice(0, 3)).size).toBe(3)
  })

  it('centres signed values on 0', () => {
    const [negative, zero, positive] = fillsOf(inputOf([[-2], [0], [2]], 'symlog'))
    expect([negative, zero, positive].map((fill) => fill!.toLowerCase())).toEqual(['#2166ac', '#f7f7f7', '#b2182b'])
  })

  it('titles steps, components and colours', () => {
    const svg = toSvg(evolutionOption(inputOf([[1], [2]], 'linear'), themes.print).option, {
      width: 120,
      height: 80,
      theme: 'print',
    })
    for (const words of ['step', 'index i', 'σ (dimensionless)']) expect(textOf(svg)).toContain(words)
  })
})
