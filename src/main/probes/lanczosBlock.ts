import { topEigenpairs } from '#main/spectra/index'
import { blockMeta } from './blockMeta'
import type { BlockRequest, LayerBlock } from './layerBlock'
import { checkFacts } from './spectrumFacts'
import { vectorFrom } from './vectorFrom'

/** Eigenvalues beyond K² that show whether a gap follows them (theory note 01, section 4). */
const BEYOND = 5
/** More pairs than this are not worth their memory and time; the record then says how many it has. */
const MOST_PAIRS = 128

/** Largest eigenvalues of the block by deflated Lanczos: K² + 5 of them, each as often as it occurs. */
export async function lanczosBlock(request: BlockRequest): Promise<LayerBlock> {
  const { snapshot, state, weight, signal } = request
  const operator = snapshot.hessian('data', [weight])
  const { pairs, products, orthogonalityDefect } = await topEigenpairs(operator, {
    count: Math.min(snapshot.model.classes ** 2 + BEYOND, MOST_PAIRS, operator.n),
    seed: snapshot.seed,
    signal,
  })
  signal.throwIfAborted()
  return {
    layer: state.layer,
    eigenvalues: Float64Array.from(pairs, (pair) => pair.value),
    meta: blockMeta(request, {
      method: 'lanczos',
      complete: false,
      products,
      ...checkFacts(Float64Array.from(pairs, ({ residual }) => residual), orthogonalityDefect), // prettier-ignore
    }),
    vectors: pairs.length,
    eigenvector: vectorFrom(
      'lanczosBlock',
      pairs.map((pair) => pair.vector),
    ),
  }
}
