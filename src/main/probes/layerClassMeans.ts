import type { Matrix } from '#main/compute/matrix'
import type { LayerState } from '#main/core/snapshot'
import { classMeans } from './classMeans'

/**
 * Class means on both sides of W_l: of the features H_l that enter it, and of the H_{l+1} that enter the next layer
 * (the outputs for l = L). Theory note 01, section 4.
 *
 * @param layers all layers, from below
 * @returns below, d_l × K; above, d_{l+1} × K
 */
export function layerClassMeans(
  layers: readonly LayerState[],
  state: LayerState,
  classSizes: readonly number[],
): { below: Matrix; above: Matrix } {
  const next = layers.find(({ layer }) => layer === state.layer + 1)
  return {
    below: classMeans(state.input, classSizes),
    above: classMeans(next ? next.input : state.output, classSizes),
  }
}
