import { describe, expect, it } from 'vitest'
import { parseParams } from '#shared/params'
import { plateauFigures } from '#main/systems/linear-network/plateauFigure'
import { systemById } from '#main/systems/registry'
import { expectClose } from '../../../helpers/expectClose'

const given = { largest: 2, smallest: 1, depth: 4, initScale: 0.1, learningRate: 0.1, momentum: 0, steps: 500 }

describe('the plateau', () => {
  it('is drawn for every preset of a linear network on data it is known for, ascending, with gaps where none is', () => {
    for (const id of ['linear-network', 'progressive-collapse', 'matrix-completion']) {
      const system = systemById(id)
      for (const [name, preset] of Object.entries(system.presets)) {
        const figures = system.theoryFigures!(parseParams(system.params, preset.params))
        expect(figures.map((figure) => figure.id)).toEqual(['adam', 'relu', 'hybrid'].includes(name) ? [] : ['plateau'])
        for (const { x, curves } of figures) {
          expect(x.values.every((value, i) => i === 0 || value > x.values[i - 1]!)).toBe(true)
          for (const { y } of curves) {
            expect(y).toHaveLength(x.values.length)
            expect(y.every((value) => value === null || value > 0)).toBe(true)
          }
        }
      }
    }
  })

  it('grows as ε^{−(L−2)}, and is longer for the weaker direction', () => {
    const [figure] = plateauFigures(given)
    const [weakest, strongest] = figure!.curves
    // Two decades further down, s^{(2−L)/L} is a ten-thousandth of ε^{2−L}.
    expectClose(weakest!.y[0]! / weakest!.y[8]!, 100, { rtol: 1e-3 })
    expect(weakest!.y.every((value, i) => value === null || value > (strongest!.y[i] ?? 0))).toBe(true)
    // (0.1^{−2} − 1)/(2 · 0.1 · 1)
    expect(figure!.title).toBe('Length of the plateau: about 495 of 500 steps')
  })
})
