import { LabError } from '#shared/errors'
import type { Node } from '#main/compute/graph/node'
import { matmul, relu, scale, squaredError } from '#main/compute/graph/ops'
import type { LayerNodes, Model } from '#main/core/model'

/** A chain of weight matrices W_l, d_l × d_{l−1}, without biases. Theory note 05, section 0. */
export interface ChainShape {
  /** d_0 (inputs), d_1 … d_{L−1}, d_L (outputs). */
  readonly widths: readonly number[]
  /** λ of every W_l; enters the loss as λ/2 ‖W_l‖². */
  readonly weightDecay: number
  /** c of the data loss c/2 ‖W_{L:1} X − Y‖²_F: 1 for the note's sum, 2/N for a mean over samples. */
  readonly lossFactor?: number
  /** The first so many layers are followed by a ReLU; none in a linear network. */
  readonly reluLayers?: number
}

/**
 * Z^l = W_l φ(Z^{l−1}), Z^0 = X, data loss c/2 ‖Z^L − Y‖²_F: a sum over samples, not their mean, unless c says so.
 *
 * Theory note 05, section 0. The layer's `input` is φ(Z^{l−1}), so what the note counts as Z^{l−1} is recorded as layer l.
 */
export function linearModel({ widths, weightDecay, lossFactor = 1, reluLayers = 0 }: ChainShape): Model {
  const layers = widths
    .slice(1)
    .map((outputs, i) => ({ layer: i + 1, name: `W${i + 1}`, shape: [outputs, widths[i]!] }))
  return {
    parameters: layers.map(({ layer, name, shape }) => ({ name, shape, layer, kind: 'weight', weightDecay })),
    classes: widths.at(-1)!,
    loss: 'mse',
    sampleWeight: lossFactor,
    activation: reluLayers > 0 ? 'relu' : 'linear',
    isLinearChain: reluLayers === 0,
    forward(nodes, { inputs, targets }) {
      if (!inputs) throw new LabError('internal', 'linear network: a batch came without inputs.')
      const passed: LayerNodes[] = []
      let input: Node = inputs
      for (const { layer, name } of layers) {
        const output = matmul(nodes[name]!, input)
        passed.push({ layer, weight: name, input, output })
        input = layer <= reluLayers ? relu(output) : output
      }
      return { logits: input, dataLoss: scale(squaredError(input, targets), lossFactor), layers: passed }
    },
  }
}
