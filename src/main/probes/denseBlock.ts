import { columns, denseSpectrum } from '#main/spectra/index'
import { blockMeta } from './blockMeta'
import type { BlockRequest, LayerBlock } from './layerBlock'
import { checkFacts } from './spectrumFacts'
import { vectorFrom } from './vectorFrom'

/** The whole block from one Hessian-vector product per weight, then a dense eigen-decomposition. */
export async function denseBlock(request: BlockRequest): Promise<LayerBlock> {
  const { snapshot, state, weight, signal } = request
  const spectrum = await denseSpectrum(snapshot.hessian('data', [weight]), {
    vectors: true,
    check: true,
    onProgress: () => signal.throwIfAborted(),
  })
  const { checked, products } = spectrum
  const facts = checked && checkFacts(checked.residuals, checked.orthogonalityDefect)
  const vectors = spectrum.vectors ? columns(spectrum.vectors) : []
  return {
    layer: state.layer,
    eigenvalues: spectrum.values,
    meta: blockMeta(request, { method: 'dense', complete: true, products, ...facts }),
    vectors: vectors.length,
    eigenvector: vectorFrom('denseBlock', vectors),
  }
}
