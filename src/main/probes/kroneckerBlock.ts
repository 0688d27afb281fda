import { LabError } from '#shared/errors'
import { sampleWeight } from '#main/core/model'
import { kroneckerSpectrum } from '#main/spectra/index'
import { blockMeta } from './blockMeta'
import type { BlockRequest, LayerBlock } from './layerBlock'
import { listedEigenvalues } from './listedEigenvalues'
import { kroneckerFactors } from './kroneckerFactors'

/** Eigenvectors that are to be had: as many as an analysis may list. They are kept as their two factors. */
const MOST_PAIRS = 1000

/**
 * Exact block of a linear chain with MSE, Hess_l = A_{l+1}ᵀA_{l+1} ⊗ H_lH_lᵀ/N at any point: eigenvalues are products,
 * eigenvectors Kronecker products of the factors'. Theory note 01, section 3; O(d³), the d² × d² matrix is never formed.
 */
export async function kroneckerBlock(request: BlockRequest): Promise<LayerBlock> {
  const { snapshot, state } = request
  const { P, Q } = kroneckerFactors(await snapshot.layers(), state, sampleWeight(snapshot.model, state.input.cols))
  const { values, pairs } = kroneckerSpectrum(P, Q, { top: Math.min(MOST_PAIRS, P.rows * Q.rows) })
  const { eigenvalues, complete } = listedEigenvalues(values)
  return {
    layer: state.layer,
    eigenvalues,
    meta: blockMeta(request, { method: 'kronecker', complete }),
    vectors: pairs.length,
    eigenvector(rank) {
      const pair = pairs[rank]
      if (!pair) throw new LabError('internal', `kroneckerBlock: eigenvector ${rank} was not kept.`, { rank })
      const { left, right } = pair
      return Float64Array.from(values, (_, at) => left[Math.floor(at / right.length)]! * right[at % right.length]!)
    },
  }
}
