import { LabError } from '#shared/errors'
import type { ParameterSpec } from '#main/core/model'
import { matrix } from '#main/compute/matrix'
import type { LayerState, Snapshot } from '#main/core/snapshot'
import { arrayOf } from './arrayOf'
import { perSample, type SampleBlock } from './sampleMoment'

/**
 * Per-sample gradients g_i = ∇ℓ_i of the data loss L = 1/N Σ ℓ_i in the given parameters, as factors.
 *
 * With the errors D_l = ∂L/∂Z_l of a layer's outputs, which are 1/N times those of each sample: W_l has
 * g_i = N d_i ⊗ h_i, b_l has N d_i, and free features have ∂ℓ_i/∂h_i in their own column. Theory note 01, section 3.
 *
 * @param parameters in the order of the parameter vector
 * @throws LabError 'unavailable' for a parameter that is not of an affine layer
 */
export async function sampleGradients(
  snapshot: Snapshot,
  parameters: readonly ParameterSpec[],
): Promise<SampleBlock[]> {
  const layers = await snapshot.layers()
  const gradient = await snapshot.dataGradient()
  return parameters.map((parameter) => blockOf(parameter, layers, arrayOf(gradient, parameter.name)))
}

function blockOf(
  { name, kind, layer, shape }: ParameterSpec,
  layers: readonly LayerState[],
  gradient: Float64Array,
): SampleBlock {
  if (kind === 'features') {
    const [rows = 0, cols = 0] = shape
    return { kind: 'column', a: perSample(matrix(rows, cols, gradient)) }
  }
  const state = layers.find((candidate) => candidate.layer === layer)
  const fits =
    state &&
    (kind === 'weight' ? shape.join() === `${state.error.rows},${state.input.rows}` : shape[0] === state.error.rows)
  if (!state || !fits) {
    throw new LabError('unavailable', `sampleGradients: ${name} is not the weight or bias of an affine layer.`, {
      name,
    })
  }
  const a = perSample(state.error)
  return kind === 'weight' ? { kind: 'outer', a, b: state.input } : { kind: 'plain', a }
}
