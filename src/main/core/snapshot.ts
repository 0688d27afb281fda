import type { Matrix } from '../compute/matrix'
import type { LinearOperator } from './linearOperator'
import type { Model, Split } from './model'

/** Values of every parameter, or a direction in parameter space, by parameter name. */
export type ParameterArrays = Readonly<Record<string, Float64Array>>

/** H_l, Z_l and the error D_l = ∂(data loss)/∂Z_l of one layer, over all training samples. */
export interface LayerState {
  readonly layer: number
  /** d_l × N */
  readonly input: Matrix
  /** d_{l+1} × N */
  readonly output: Matrix
  /** d_{l+1} × N */
  readonly error: Matrix
  /** W_l: d_{l+1} × d_l */
  readonly weight: Matrix
}

/** Which part of the Hessian: H = G + E + Λ, Λ the weight decays. */
export type HessianPart = 'total' | 'data' | 'gaussNewton' | 'residual'

/**
 * A run's state at one step, frozen. Everything is computed on the full training set when first asked for
 * and then kept; nothing here can change the trajectory.
 */
export interface Snapshot {
  readonly step: number
  readonly isLast: boolean
  readonly model: Model
  readonly split: Split
  readonly testSplit: Split | null
  readonly dtype: 'float64' | 'float32'
  /** For seeding randomised estimates: never the training's own streams. */
  readonly seed: number
  parameters(): Promise<ParameterArrays>
  /** Of step 0, in the precision of the run, wherever it was resumed. */
  initialParameters(): ParameterArrays
  /**
   * θ(step + 1) − θ(step): what the optimiser is about to add to each parameter, with the samples of the next step.
   * @throws LabError 'degenerate' for one of many replicas that has stopped
   */
  nextUpdate(): Promise<ParameterArrays>
  /** Data loss and the λ terms. */
  loss(): Promise<{ data: number; regularisation: number }>
  /** K × N outputs on the training samples. */
  logits(): Promise<Matrix>
  /** On the test samples; null where there are none. */
  testLogits(): Promise<Matrix | null>
  /** Gradient of the data loss. */
  dataGradient(): Promise<ParameterArrays>
  layers(): Promise<readonly LayerState[]>
  /**
   * v_ik of theory 01 section 3 without their feature factor: for each output direction k the d_{l+1} × N matrix whose
   * column i is J_iᵀ s_ik. With H_l they give the layer's Gauss-Newton block.
   */
  layerJacobians(layer: number): Promise<readonly Matrix[]>
  /**
   * 1/N Σ_i g_i g_iᵀ with g_i the gradient of sample i's data loss, centred: 1/N Σ_i (g_i − ḡ)(g_i − ḡ)ᵀ; parameters as
   * for `hessian`. One tangent and one cotangent pass a product. Theory note 04, b3.
   */
  gradientMoment(options: { readonly centred: boolean }, parameters?: readonly string[]): LinearOperator
  /** Parameters by name; all when not given. Vectors are concatenated in the order of the model. */
  hessian(part: HessianPart, parameters?: readonly string[]): LinearOperator
}
