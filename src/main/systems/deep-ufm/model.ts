import type { Node } from '#main/compute/graph/node'
import { matmul, relu, scale, softmaxCrossEntropy, squaredError } from '#main/compute/graph/ops'
import { matrix } from '#main/compute/matrix'
import type { Dataset, LayerNodes, Model, ParameterSpec } from '#main/core/model'
import { depthOf, factorDecays, factorShapes, type UfmConfig } from './config'

/** Which loss on the outputs and which map after W_1 … W_{L−1}. */
export interface UfmVariant {
  readonly loss: 'mse' | 'ce'
  readonly activation: 'linear' | 'relu'
}

/**
 * F = W_L σ(W_{L−1} … σ(W_1 H_1)), no biases, σ the identity or relu (none on H_1, none on the output).
 *
 * Data loss 1/(2N) ‖F − Y‖² or 1/N Σ_i [logsumexp(F_i) − F_{y_i,i}]; every factor adds λ/2 ‖·‖². N = K n. The parameter
 * vector is H_1, W_1 … W_L, row-major. Theory note 01, section 2.
 */
export function ufmModel(config: UfmConfig, { loss, activation }: UfmVariant): Model {
  const depth = depthOf(config)
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
      return { logits: input, dataLoss: scale(summed, 1 / (config.K * config.n)), layers }
    },
  }
}

/** Y = I_K ⊗ 1_nᵀ: columns ordered by class. The features are parameters, so there are no inputs and no test set. */
export function ufmData({ K, n }: Pick<UfmConfig, 'K' | 'n'>): Dataset {
  const N = K * n
  const targets = matrix(K, N)
  for (let i = 0; i < N; i++) targets.data[Math.floor(i / n) * N + i] = 1
  return { train: { inputs: null, targets, classSizes: Array(K).fill(n) }, test: null }
}
