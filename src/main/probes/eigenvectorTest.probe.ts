import type { Matrix } from '#main/compute/matrix'
import { matmul } from '#main/compute/linalg/index'
import type { Measurement, Probe } from '#main/core/probe'
import type { LayerState, Snapshot } from '#main/core/snapshot'
import { columns } from '#main/spectra/index'
import { definedMeasurements } from './definedMeasurements'
import { eigenvectorQuality } from './eigenvectorQuality'
import { kroneckerFactors } from './kroneckerFactors'
import { blockRoute, isDue, weightName } from './layerBlock'
import { layerClassMeans } from './layerClassMeans'

export default {
  id: 'eigenvectorTest',
  title: 'Class means as Hessian eigenvectors',
  quantities: [
    {
      id: 'eigenvectorTest',
      label: 'Eigenvector test of the class means',
      symbol: 'f_cc′',
      unit: '',
      help:
        'v = μ_c of layer l+1 ⊗ μ_c′ of layer l (row c, column c′), H the data Hessian of W_l: 1 exactly where v is an ' +
        'eigenvector.',
      formula: 'f_cc′ = (vᵀHv)²/(‖v‖²‖Hv‖²)',
      source: 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, section 4',
      kind: 'matrix',
      scale: 'linear',
      perLayer: true,
    },
  ],
  applies: () => true,
  async measure(snapshot, signal, isAsked = false) {
    const { model, split } = snapshot
    const layers = await snapshot.layers()
    const attempts: (() => Measurement)[] = []
    for (const state of layers) {
      if (!isAsked && !isDue(snapshot, state)) continue
      const means = layerClassMeans(layers, state, split.classSizes)
      const exact = blockRoute(model, split.targets.cols, state) === 'kronecker'
      const images = exact ? null : await imagesOf(snapshot, state, means, signal)
      attempts.push(() => {
        const data = images ? qualities(images) : factorised(layers, state, means)
        return { quantity: 'eigenvectorTest', layer: state.layer, shape: [model.classes, model.classes], data }
      })
    }
    return definedMeasurements(attempts)
  },
} satisfies Probe

interface Means {
  readonly above: Matrix
  readonly below: Matrix
}

/** f(P ⊗ Q, a ⊗ b) = f(P, a) f(Q, b): two small quadratic forms for each class, never a d² × d² matrix. */
function factorised(layers: readonly LayerState[], state: LayerState, { above, below }: Means): Float64Array {
  // f does not change with the scale of the matrix, so the weight of a sample does not matter.
  const { P, Q } = kroneckerFactors(layers, state, 1)
  const ofAbove = columnQualities(P, above)
  const ofBelow = columnQualities(Q, below)
  return Float64Array.from(ofAbove.flatMap((f) => ofBelow.map((g) => f * g)))
}

function columnQualities(symmetric: Matrix, vectors: Matrix): number[] {
  const images = columns(matmul(symmetric, vectors))
  return columns(vectors).map((v, c) => eigenvectorQuality(v, images[c] ?? new Float64Array(v.length)))
}

interface TestedVector {
  readonly v: Float64Array
  /** H v */
  readonly image: Float64Array
}

function qualities(tested: readonly TestedVector[]): Float64Array {
  return Float64Array.from(tested, ({ v, image }) => eigenvectorQuality(v, image))
}

/** v and H v for every pair of classes: K² Hessian-vector products. */
async function imagesOf(
  snapshot: Snapshot,
  state: LayerState,
  { above, below }: Means,
  signal: AbortSignal,
): Promise<TestedVector[]> {
  const operator = snapshot.hessian('data', [weightName(snapshot.model, state.layer)])
  const pairs: TestedVector[] = []
  for (const a of columns(above)) {
    for (const b of columns(below)) {
      signal.throwIfAborted()
      const v = Float64Array.from(state.weight.data, (_, at) => a[Math.floor(at / b.length)]! * b[at % b.length]!)
      const image = new Float64Array(operator.n)
      await operator.apply(v, image)
      pairs.push({ v, image })
    }
  }
  return pairs
}
