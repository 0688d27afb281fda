import type { Node, Shape } from '../compute/graph/node'
import type { Matrix } from '../compute/matrix'

/** One trained array. */
export interface ParameterSpec {
  /** Name in the paper: H1, W1, b1. */
  readonly name: string
  readonly shape: Shape
  /** 0 for free features, else the layer it belongs to, counted from 1. */
  readonly layer: number
  readonly kind: 'features' | 'weight' | 'bias'
  /** λ; enters the loss as λ/2 ‖·‖². */
  readonly weightDecay: number
  /** γ: trained with γ η instead of η; 1 when not given, 0 freezes it. */
  readonly rateFactor?: number
}

/** The K × N targets, and the d × N inputs where the features are not free parameters. */
export interface Batch<T> {
  readonly inputs: T | null
  readonly targets: T
}

/** One affine layer inside a forward pass: Z_l = W_l H_l (+ b_l). */
export interface LayerNodes {
  /** Counted from 1. */
  readonly layer: number
  /** Name of the weight parameter. */
  readonly weight: string
  /** H_l: d_l × N, after the activation of the layer below. */
  readonly input: Node
  /** Z_l: d_{l+1} × N, before the activation. */
  readonly output: Node
}

export interface Forward {
  /** F: K × N. */
  readonly logits: Node
  /** Without the λ terms, which follow from the parameters' weight decays. */
  readonly dataLoss: Node
  readonly layers: readonly LayerNodes[]
}

/** A model as a function that builds graphs; parameters are nodes by name. */
export interface Model {
  /** In the order of the parameter vector. */
  readonly parameters: readonly ParameterSpec[]
  readonly classes: number
  readonly loss: 'mse' | 'ce'
  /** Weight of each sample's ½‖f − y‖² or −log p_y in the data loss; 1/N when not given. */
  readonly sampleWeight?: number
  readonly activation: 'linear' | 'relu' | 'tanh'
  /** Linear: F = W_L … W_1 H_1 without biases, so that layer Hessians of the MSE are Kronecker products. */
  readonly isLinearChain: boolean
  forward(parameters: Readonly<Record<string, Node>>, batch: Batch<Node>): Forward
}

/** Samples in columns, ordered by class. */
export interface Split extends Batch<Matrix> {
  /** n_k for k = 0 … K − 1. */
  readonly classSizes: readonly number[]
}

export interface Dataset {
  readonly train: Split
  readonly test: Split | null
}

/** The weight of one of N samples in the data loss of a model. */
export function sampleWeight(model: Model, samples: number): number {
  return model.sampleWeight ?? 1 / samples
}
