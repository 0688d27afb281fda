import { LabError } from '#shared/errors'
import type { Node } from '#main/compute/graph/node'
import { add, matmul, relu, repeat, scale, softmaxCrossEntropy, squaredError, tanh } from '#main/compute/graph/ops'
import type { LayerNodes, Model, ParameterSpec } from '#main/core/model'
import { PIXELS } from './digits'
import type { ClassifierParams } from './params'

/** d_1 = 64 pixels, the hidden widths, and K outputs: L + 1 numbers. */
export function layerWidths({ K, width, depth }: ClassifierParams): number[] {
  return [PIXELS, ...Array.from({ length: depth - 1 }, () => width), K]
}

/**
 * Multilayer perceptron: Z_l = W_l H_l (+ b_l), H_{l+1} = φ(Z_l), F = Z_L.
 *
 * Data loss 1/N Σ_i −log softmax(F_i)_{y_i} or 1/(2N) ‖F − Y‖²; every parameter adds λ/2 ‖·‖².
 */
export function classifierModel(params: ClassifierParams): Model {
  const { K, depth, weightDecay } = params
  const widths = layerWidths(params)
  const biased = params.biases === 'yes'
  const loss = params.loss === 'mse' ? 'mse' : 'ce'
  const activation = depth === 1 ? 'linear' : params.activation === 'tanh' ? 'tanh' : 'relu'
  const apply = { linear: (z: Node) => z, relu, tanh }[activation]
  const layers = Array.from({ length: depth }, (_, i) => i + 1)
  return {
    parameters: layers.flatMap((layer): ParameterSpec[] => {
      const [inputs, outputs] = [widths[layer - 1]!, widths[layer]!]
      return [
        { name: `W${layer}`, shape: [outputs, inputs], layer, kind: 'weight', weightDecay },
        ...(biased ? [{ name: `b${layer}`, shape: [outputs], layer, kind: 'bias', weightDecay } as const] : []),
      ]
    }),
    classes: K,
    loss,
    activation,
    isLinearChain: activation === 'linear' && !biased,
    forward(nodes, { inputs, targets }) {
      if (!inputs) throw new LabError('internal', 'image-classifier: a batch came without images.')
      const N = columnsOf(inputs)
      const passed: LayerNodes[] = []
      let input = inputs
      for (const layer of layers) {
        const weight = `W${layer}`
        const product = matmul(nodeOf(nodes, weight), input)
        const output = biased ? add(product, repeat(nodeOf(nodes, `b${layer}`), 1, N)) : product
        passed.push({ layer, weight, input, output })
        input = layer < depth ? apply(output) : output
      }
      const logits = input
      const summed = loss === 'mse' ? squaredError(logits, targets) : softmaxCrossEntropy(logits, targets)
      return { logits, dataLoss: scale(summed, 1 / N), layers: passed }
    },
  }
}

function nodeOf(nodes: Readonly<Record<string, Node>>, name: string): Node {
  const node = nodes[name]
  if (!node) throw new LabError('internal', `image-classifier: there is no node for parameter ${name}.`, { name })
  return node
}

function columnsOf({ shape: [, columns] }: Node): number {
  if (!columns) throw new LabError('internal', 'image-classifier: the images of a batch are not a matrix.')
  return columns
}
