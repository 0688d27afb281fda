import type { Node } from '#main/compute/graph/node'
import { matmul, relu, scale, softmaxCrossEntropy, squaredError } from '#main/compute/graph/ops'
import { matrix } from '#main/compute/matrix'
import type { Dataset, LayerNodes, Model, ParameterSpec } from '#main/core/model'
import { classSizesOf, depthOf, factorDecays, factorShapes, samplesOf, type UfmConfig } from './config'

/** Which loss on the outputs and which map after W_1 … W_{L−1}. */
export interface UfmVariant {
  readonly loss: 'mse' | 'ce'
  readonly activation: 'linear' | 'relu'
}

/**
 * F = W_L σ(W_{L−1} … σ(W_1 H_1)), no biases, σ the identity or relu (none on H_1, none on the output).
 *
 * Data loss 1/(2N) ‖F − Y‖² or 1/N Σ_i [logsumexp(F_i) − F_{y_i,i}]; every factor adds λ/2 ‖·‖². N = Σ n_c. The parameter
 * vector is H_1, W_1 … W_L, row-major. Theory note 01, section 2.
 */
export function ufmModel(config: UfmConfig, { loss, activation }: UfmVariant): Model {
  const depth = depthOf(config)
  const N = samplesOf(config)
  const decays = factorDecays(config)
  const parameters = factorShapes(config).map((shape, layer): ParameterSpec => ({
    name: layer === 0 ? 'H1' : `W${layer}`,
    shape,
    layer,
    kind: layer === 0 ? 'features' : 'weight',
    weightDecay: decays[layer]!,
  }))
  return {
    parameters,
    classes: config.K,
    loss,
    activation,
    isLinearChain: activation === 'linear',
    forward(nodes, batch) {
      const layers: LayerNodes[] = []
      let input: Node = nodes['H1']!
      for (let layer = 1; layer <= depth; layer++) {
        const output = matmul(nodes[`W${layer}`]!, input)
        layers.push({ layer, weight: `W${layer}`, input, output })
        input = activation === 'relu' && layer < depth ? relu(output) : output
      }
      const summed = loss === 'mse' ? squaredError(input, batch.targets) : softmaxCrossEntropy(input, batch.targets)
      return { logits: input, dataLoss: scale(summed, 1 / N), layers }
    },
  }
}

/** Column i of Y is e_c of its class, columns ordered by class. The features are parameters: no inputs, no test set. */
export function ufmData(config: Pick<UfmConfig, 'K' | 'n' | 'classSizes'>): Dataset {
  const classSizes = classSizesOf(config)
  const N = classSizes.reduce((sum, size) => sum + size, 0)
  const targets = matrix(config.K, N)
  let start = 0
  classSizes.forEach((size, c) => targets.data.fill(1, c * N + start, c * N + (start += size)))
  return { train: { inputs: null, targets, classSizes }, test: null }
}
