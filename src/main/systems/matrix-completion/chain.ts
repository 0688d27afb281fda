import { LabError } from '#shared/errors'
import { matmul, multiply, squaredError } from '#main/compute/graph/ops'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { Dataset, ParameterSpec } from '#main/core/model'
import type { MatrixModel } from '#main/probes/matrixModel'

/** A factor of the product, from the right. */
export interface Factor {
  readonly name: string
  readonly rows: number
  readonly cols: number
  /** V stands below the layers as 0, U above them as L + 1. */
  readonly layer: number
  /** γ; see ParameterSpec. */
  readonly rateFactor: number
}

/** What is to be found, and what of it training sees. */
export interface MatrixProblem {
  /** Φ */
  readonly phi: Matrix
  /** Ω, 1 where an entry is observed and 0 elsewhere. */
  readonly mask: Matrix
  /** 1 where the recovery error looks; null where nothing is known that training does not see. */
  readonly scored: Matrix | null
}

/**
 * ½ ‖Ω ⊙ (W − Φ)‖²_F with W the product of the factors. Theory note 05, S-C ("Model").
 *
 * The mask is the batch's input, so there are no features that enter a layer and no layer states.
 */
export function productModel(factors: readonly Factor[], { phi, mask, scored }: MatrixProblem): MatrixModel {
  const isMasked = mask.data.some((observed) => observed === 0)
  return {
    parameters: factors.map(({ name, rows, cols, layer, rateFactor }): ParameterSpec => ({
      name,
      shape: [rows, cols],
      layer,
      kind: 'weight',
      weightDecay: 0,
      rateFactor,
    })),
    classes: phi.rows,
    loss: 'mse',
    sampleWeight: 1,
    activation: 'linear',
    // With a mask the layer Hessians are no Kronecker products.
    isLinearChain: !isMasked,
    matrixTarget: { phi, scored, trainedParameters: trainedCount(factors) },
    forward(nodes, { inputs, targets }) {
      if (!inputs) throw new LabError('internal', 'matrix-completion: a batch came without its mask.')
      const logits = factors.map(({ name }) => nodes[name]!).reduce((below, factor) => matmul(factor, below))
      return { logits, dataLoss: squaredError(isMasked ? multiply(logits, inputs) : logits, targets), layers: [] }
    },
  }
}

/** Numbers in the factors that training moves. Theory note 05, S-C ("Counts"). */
export function trainedCount(factors: readonly Factor[]): number {
  return factors.reduce((sum, { rows, cols, rateFactor }) => sum + (rateFactor === 0 ? 0 : rows * cols), 0)
}

/** The mask as inputs and the observed entries Ω ⊙ Φ as targets. */
export function matrixData(problem: MatrixProblem): Dataset {
  const { phi, mask } = problem
  return { train: { inputs: mask, targets: observedEntries(problem), classSizes: [phi.cols] }, test: null }
}

/** Ψ = Ω ⊙ Φ */
export function observedEntries({ phi, mask }: MatrixProblem): Matrix {
  return matrix(
    phi.rows,
    phi.cols,
    phi.data.map((value, at) => value * mask.data[at]!),
  )
}

/** W_1 … W_L with the given d_0 … d_L. */
export function layerFactors(widths: readonly number[]): Factor[] {
  return widths.slice(1).map((rows, i) => ({ name: `W${i + 1}`, rows, cols: widths[i]!, layer: i + 1, rateFactor: 1 }))
}
