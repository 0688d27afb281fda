import type { Measurement, Probe } from '#main/core/probe'
import type { SpectrumMeta } from '#shared/records'
import type { Snapshot } from '#main/core/snapshot'
import { isSparseStep } from './isSparseStep'
import { isDue, layerBlock, outlierVectors, weightName, type LayerBlock } from './layerBlock'
import { chosenParameters } from './operators/definition'
import { outlierCount } from './outlierCount'
import { outlierLabels } from './outlierLabels'

export default {
  id: 'layerHessian',
  title: 'Layer Hessian spectrum',
  quantities: [
    {
      id: 'layerHessian',
      label: 'Layer Hessian eigenvalues',
      symbol: 'ρ',
      unit: '',
      help:
        'Eigenvalues of the Hessian of the data loss (without weight decay) in W_l, descending. Exact for linear chains ' +
        'with MSE and for small piecewise-linear networks; otherwise the largest by deflated Lanczos, at step 0, the ' +
        'powers of ten and the last step. There the classes and pairs of classes are found that the outliers lie along.',
      formula: 'ρ_i(∂²L_data/∂W_l²); a linear chain with MSE: A_{l+1}ᵀA_{l+1} ⊗ H_lH_lᵀ/N',
      source: 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, sections 3 to 5.2',
      kind: 'spectrum',
      scale: 'log',
      perLayer: true,
    },
  ],
  applies: () => true,
  async measure(snapshot, signal, isAsked = false) {
    const measured: Measurement[] = []
    for (const state of await snapshot.layers()) {
      if (!isAsked && !isDue(snapshot, state)) continue
      const block = await layerBlock(snapshot, state, signal)
      const { layer, eigenvalues, meta } = block
      // Eigenvectors cost more than eigenvalues: they are made where the slower routes are taken too.
      const labels = isAsked || isSparseStep(snapshot) ? await labelsOf(snapshot, block) : {}
      measured.push({
        quantity: 'layerHessian',
        layer,
        shape: [eigenvalues.length],
        data: eigenvalues,
        meta: { ...meta, ...labels },
      })
    }
    return measured
  },
} satisfies Probe

async function labelsOf(snapshot: Snapshot, block: LayerBlock): Promise<Pick<SpectrumMeta, 'labelled'>> {
  const { model } = snapshot
  const parameters = chosenParameters(model, { parameters: [weightName(model, block.layer)] })
  return outlierLabels(snapshot, parameters, block.eigenvalues, [...outlierVectors(block, outlierCount(model))])
}
