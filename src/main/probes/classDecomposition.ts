import { LabError } from '#shared/errors'
import { matrix, type Matrix } from '#main/compute/matrix'
import { sampleWeight } from '#main/core/model'
import type { Snapshot } from '#main/core/snapshot'
import { classColumns, type ClassColumns } from './classColumns'

/** One sample's vectors v_{icc'} = J_iᵀ s_ic' ⊗ h_i of a layer, given by their two factors, and their weights. */
export interface ClassVectors {
  /** For each output direction c' the d_{l+1} × N matrix with columns J_iᵀ e_c' (MSE) or J_iᵀ (e_c' − p_i) (CE). */
  readonly directions: readonly Matrix[]
  /** H_l: d_l × N, columns ordered by class. */
  readonly features: Matrix
  readonly classSizes: readonly number[]
  /** ω, K × N: the weight of sample i's vector for c'. 1/N for MSE, p_{i,c'}/N for CE. */
  readonly weights: Matrix
  /** Keep c' = c apart as its own term (CE), or average it with the others (MSE). */
  readonly separateOwnClass: boolean
}

/**
 * Terms of G_l = Σ_{i,c'} ω v vᵀ, each as X with term = X Xᵀ; rows in the row-major vec of W_l (d_{l+1} d_l of them).
 */
export interface ClassDecomposition {
  /** One column per class. */
  readonly class: Matrix
  /** One column per pair of classes. */
  readonly cross: Matrix
  /** One column per sample and output direction. */
  readonly within: Matrix
  /** One column per sample; null where the own class is not kept apart. */
  readonly same: Matrix | null
}

/**
 * Splits a layer's Gauss-Newton matrix by classes: G_l = G_class + G_cross + G_within (+ G_same), exact at any point.
 *
 *   v_cc' = Σ_i ω v_icc' / ω_cc', ω_cc' = Σ_i ω over the samples of class c;
 *   v_c = Σ_c' ω_cc' v_cc' / ω_c,  ω_c = Σ_c' ω_cc';
 *   G_within = Σ ω (v_icc' − v_cc')(·)ᵀ, G_cross = Σ ω_cc' (v_cc' − v_c)(·)ᵀ, G_class = Σ ω_c v_c v_cᵀ.
 *
 * With separateOwnClass, c' ≠ c throughout and G_same = Σ ω_icc v_icc v_iccᵀ. Theory note 01, 5.3; the CE form is
 * Papyan 2019, arXiv:1901.08244. For balanced classes and ω = 1/N the sums over classes have the note's weights 1, 1/K.
 *
 * @throws LabError 'shape' if the class sizes do not fit the columns
 */
export function classDecomposition(vectors: ClassVectors): ClassDecomposition {
  const { directions, features, classSizes, weights, separateOwnClass } = vectors
  const [N, K] = [features.cols, classSizes.length]
  const size = (directions[0]?.rows ?? 0) * features.rows
  const within = matrix(size, K * N)
  const vector = new Float64Array(size)
  const means = classMeanTerms(vectors, ({ start, end }, other, mean) => {
    for (let i = start; i < end; i++) {
      kroneckerColumn(directions[other]!, features, i, vector)
      setColumn(within, other * N + i, difference(vector, mean), weights.data[other * N + i]!)
    }
  })
  const same = separateOwnClass ? matrix(size, N) : null
  for (const { k: c, start, end } of same ? classColumns('classDecomposition', features, classSizes) : []) {
    for (let i = start; same && i < end; i++) {
      kroneckerColumn(directions[c]!, features, i, vector)
      setColumn(same, i, vector, weights.data[c * N + i]!)
    }
  }
  return { ...means, within, same }
}

/**
 * The class and cross-class terms alone: K + K² columns, whatever the number of samples.
 *
 * @param onPair called with each mean v_cc' of the samples of class c
 */
export function classMeanTerms(
  { directions, features, classSizes, weights, separateOwnClass }: ClassVectors,
  onPair?: (columns: ClassColumns, other: number, mean: Float64Array) => void,
): Pick<ClassDecomposition, 'class' | 'cross'> {
  const classes = classColumns('classDecomposition', features, classSizes)
  const [N, K] = [features.cols, classes.length]
  if (directions.length !== K) {
    throw new LabError('shape', `classDecomposition: ${directions.length} output directions for ${K} classes.`, { K })
  }
  const size = directions[0]!.rows * features.rows
  const terms = { class: matrix(size, K), cross: matrix(size, K * K) }
  const vector = new Float64Array(size)
  for (const columns of classes) {
    const { k: c, start, end } = columns
    const others = Array.from(directions.keys()).filter((other) => !separateOwnClass || other !== c)
    const pairs = others.map((other) => {
      const mean = new WeightedMean(size)
      for (let i = start; i < end; i++) {
        kroneckerColumn(directions[other]!, features, i, vector)
        mean.add(vector, weights.data[other * N + i]!)
      }
      onPair?.(columns, other, mean.value())
      return { other, mean }
    })
    const classMean = new WeightedMean(size)
    for (const { mean } of pairs) classMean.add(mean.value(), mean.weight)
    setColumn(terms.class, c, classMean.value(), classMean.weight)
    for (const { other, mean } of pairs) {
      setColumn(terms.cross, c * K + other, difference(mean.value(), classMean.value()), mean.weight)
    }
  }
  return terms
}

/** The decomposition of one layer of a run's state, in the form that belongs to its loss. */
export async function layerDecomposition(snapshot: Snapshot, layer: number): Promise<ClassDecomposition> {
  return classDecomposition(await layerVectors(snapshot, layer))
}

/** The vectors v_icc' of one layer of a run's state and their weights, in the form that belongs to its loss. */
export async function layerVectors(snapshot: Snapshot, layer: number): Promise<ClassVectors> {
  const { model, split } = snapshot
  const layers = await snapshot.layers()
  const state = layers.find((candidate) => candidate.layer === layer)
  if (!state) throw new LabError('not-found', `layerVectors: the model has no layer ${layer}.`, { layer })
  const jacobians = await snapshot.layerJacobians(layer)
  const [K, N] = [model.classes, split.targets.cols]
  const weight = sampleWeight(model, N)
  const shared = { features: state.input, classSizes: split.classSizes }
  if (model.loss === 'mse') {
    const weights = matrix(K, N, new Float64Array(K * N).fill(weight))
    return { ...shared, directions: jacobians, weights, separateOwnClass: false }
  }
  // The error of the outputs is w (p − Y), so the weights w p need no softmax of their own.
  const errors = layers.at(-1)!.error.data
  const weights = matrix(
    K,
    N,
    errors.map((error, at) => error + weight * split.targets.data[at]!),
  )
  const directions = jacobians.map((jacobian, k) => withoutRoot(jacobian, weights, k))
  return { ...shared, directions, weights, separateOwnClass: true }
}

/** J_iᵀ (e_k − p_i) from J_iᵀ √p_ik (e_k − p_i). Where p_ik has underflowed to 0 the vector has no weight, and is 0. */
function withoutRoot({ rows, cols: N, data }: Matrix, weights: Matrix, k: number): Matrix {
  const roots = weights.data.subarray(k * N, (k + 1) * N).map((weight) => Math.sqrt(weight * N))
  return matrix(
    rows,
    N,
    data.map((value, at) => (roots[at % N] === 0 ? 0 : value / roots[at % N]!)),
  )
}

/** Σ ω v and Σ ω of vectors that arrive one by one. */
class WeightedMean {
  weight = 0
  readonly #sum: Float64Array

  constructor(size: number) {
    this.#sum = new Float64Array(size)
  }

  add(vector: Float64Array, weight: number): void {
    this.weight += weight
    for (let a = 0; a < vector.length; a++) this.#sum[a]! += weight * vector[a]!
  }

  /** Zero without weight: such a mean enters every term with factor 0. */
  value(): Float64Array {
    return this.weight === 0 ? this.#sum : this.#sum.map((value) => value / this.weight)
  }
}

/** out ← (column i of left) ⊗ (column i of right), row-major. */
function kroneckerColumn(left: Matrix, right: Matrix, i: number, out: Float64Array): void {
  for (let a = 0; a < left.rows; a++) {
    const factor = left.data[a * left.cols + i]!
    for (let b = 0; b < right.rows; b++) out[a * right.rows + b] = factor * right.data[b * right.cols + i]!
  }
}

function setColumn(target: Matrix, column: number, vector: Float64Array, weight: number): void {
  const root = Math.sqrt(weight)
  for (let a = 0; a < target.rows; a++) target.data[a * target.cols + column] = root * vector[a]!
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!)
}
