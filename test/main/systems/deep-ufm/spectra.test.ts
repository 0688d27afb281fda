import { describe, expect, it } from 'vitest'
import { depthOf, factorDecays, factorShapes } from '#main/systems/deep-ufm/config'
import {
  expandLevels,
  featureHessianLevels,
  fullHessianLevels,
  gaussNewtonLevels,
  layerHessianLevels,
  symmetricBlock,
} from '#main/systems/deep-ufm/spectra'
import { collapsedSolution } from '#main/systems/deep-ufm/theory'
import { expectClose } from '../../../helpers/expectClose'
import { small, varied } from './configs'

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0)

describe.each(varied)('closed spectra, K = $K, widths $widths', (config) => {
  const solution = collapsedSolution(config)!
  const sizes = factorShapes(config).map(([rows, cols]) => rows * cols)
  const layers = config.widths.map((_, i) => i + 1)

  it('have as many eigenvalues as there are parameters', () => {
    for (const levels of [fullHessianLevels, gaussNewtonLevels]) {
      expect(expandLevels(levels(config, solution, 'all'))).toHaveLength(sum(sizes))
      expect(expandLevels(levels(config, solution, 'weights'))).toHaveLength(sum(sizes.slice(1)))
    }
    expect(expandLevels(featureHessianLevels(config, solution))).toHaveLength(sizes[0]!)
    for (const layer of layers) {
      expect(expandLevels(layerHessianLevels(config, solution, layer, 'data'))).toHaveLength(sizes[layer]!)
    }
  })

  it('have the trace of the blocks on their diagonal', () => {
    // E has no diagonal blocks, so the traces of H and of its blocks agree; about P roundings of 1e-16.
    const blocks = layers.map((layer) => sum(expandLevels(layerHessianLevels(config, solution, layer, 'total'))))
    const features = sum(expandLevels(featureHessianLevels(config, solution)))
    expectClose(sum(expandLevels(fullHessianLevels(config, solution, 'weights'))), sum(blocks), { rtol: 1e-12 })
    expectClose(sum(expandLevels(fullHessianLevels(config, solution, 'all'))), sum(blocks) + features, { rtol: 1e-12 })
  })

  it('have a Gauss-Newton outlier that is the sum of the layer outliers', () => {
    const outliers = layers.map((layer) => layerHessianLevels(config, solution, layer, 'data')[0]!.value)
    expectClose(gaussNewtonLevels(config, solution, 'weights')[0]!.value, sum(outliers), { rtol: 1e-13 })
  })
})

describe('equal decays', () => {
  it('give the symmetric block in closed form', () => {
    const solution = collapsedSolution(small)!
    const [lambda, m] = [factorDecays(small)[0]!, depthOf(small) + 1]
    const outlier = (m * lambda) / solution.gain.rest - 2 * (m - 1) * lambda
    const expected = [outlier, ...Array<number>(m - 1).fill(2 * lambda)]
    expectClose(symmetricBlock(small, solution, 'all'), expected, { rtol: 1e-12 })
  })

  it('give the weights-only spectrum of claim C5', () => {
    const values = expandLevels(fullHessianLevels(small, collapsedSolution(small)!, 'weights'))
    // To the four digits that the note gives.
    expectClose(values.subarray(0, 9), [...Array(3).fill(0.6611), ...Array(6).fill(0.6411)], { atol: 5e-5 })
    expect(Math.max(...values.subarray(9))).toBeLessThanOrEqual(0.0101)
  })
})
