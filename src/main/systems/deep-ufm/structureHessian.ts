import { identity, matmul } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { factorDecays, factorShapes, samplesOf, type UfmConfig } from './config'
import type { UfmParameters } from './dncParameters'
import { repeatColumns } from './repeatColumns'

/** What of the linear cross-entropy model a direction does not change, at one point. */
interface Point {
  /** H_1, W_1 … W_L. */
  readonly factors: readonly Matrix[]
  /** H_1 … H_L, the inputs of the layers. */
  readonly inputs: readonly Matrix[]
  /** D_l, the error at the output of W_l, for l = 1 … L. */
  readonly errors: readonly Matrix[]
  /** softmax(Z) */
  readonly probabilities: Matrix
}

/**
 * The Hessian of the whole loss of the linear cross-entropy model, P × P over vec(H_1), vec(W_1) … vec(W_L), column by
 * column from the product of theory note 02, section b. By hand and not through the graph: a picture of the theory is
 * drawn without a device. For small models; the cost is P products.
 */
export function structureHessian(config: UfmConfig, parameters: UfmParameters): Matrix {
  const shapes = factorShapes(config)
  const point = pointAt(
    config,
    shapes.map(([rows, cols], j) => matrix(rows, cols, parameters[j === 0 ? 'H1' : `W${j}`]!)),
  )
  const sizes = shapes.map(([rows, cols]) => rows * cols)
  const P = sizes.reduce((sum, size) => sum + size, 0)
  const decays = factorDecays(config)
  const hessian = matrix(P, P)
  let column = 0
  for (const [j, size] of sizes.entries()) {
    for (let at = 0; at < size; at++, column++) {
      const direction = shapes.map(([rows, cols]) => matrix(rows, cols))
      direction[j]!.data[at] = 1
      const image = product(point, direction).flatMap(({ data }, k) =>
        Array.from(data, (x, i) => x + decays[k]! * direction[k]!.data[i]!),
      )
      image.forEach((x, row) => (hessian.data[row * P + column] = x))
    }
  }
  return hessian
}

function pointAt(config: UfmConfig, factors: readonly Matrix[]): Point {
  const { K } = config
  const N = samplesOf(config)
  const outputs = [factors[0]!]
  for (const W of factors.slice(1)) outputs.push(matmul(W, outputs.at(-1)!))
  const Z = outputs.at(-1)!
  const probabilities = matrix(K, N)
  for (let i = 0; i < N; i++) {
    const most = Math.max(...Array.from({ length: K }, (_, c) => Z.data[c * N + i]!))
    const powers = Array.from({ length: K }, (_, c) => Math.exp(Z.data[c * N + i]! - most))
    const total = powers.reduce((sum, power) => sum + power, 0)
    powers.forEach((power, c) => (probabilities.data[c * N + i] = power / total))
  }
  const targets = repeatColumns(identity(K), config.n)
  let D = matrix(
    K,
    N,
    probabilities.data.map((p, at) => (p - targets.data[at]!) / N),
  )
  const errors = [D]
  for (const W of factors.slice(2).toReversed()) errors.unshift((D = matmul(W, D, { transposeA: true })))
  return { factors, inputs: outputs.slice(0, -1), errors, probabilities }
}

/** H v without the weight decays: the R-operator of theory note 02, section b, with masks of ones. */
function product({ factors, inputs, errors, probabilities }: Point, direction: readonly Matrix[]): Matrix[] {
  const L = factors.length - 1
  const moved = [direction[0]!]
  for (let l = 1; l <= L; l++) {
    moved.push(plus(matmul(direction[l]!, inputs[l - 1]!), matmul(factors[l]!, moved[l - 1]!)))
  }
  let D = movedError(probabilities, moved[L]!)
  const image: Matrix[] = []
  for (let l = L; l >= 1; l--) {
    image.unshift(
      plus(
        matmul(D, inputs[l - 1]!, { transposeB: true }),
        matmul(errors[l - 1]!, moved[l - 1]!, { transposeB: true }),
      ),
    )
    D = plus(matmul(factors[l]!, D, { transposeA: true }), matmul(direction[l]!, errors[l - 1]!, { transposeA: true }))
  }
  return [D, ...image]
}

/** Ḋ_L = 1/N (P ⊙ Ż − P ⊙ 1 1ᵀ(P ⊙ Ż)). */
function movedError({ rows: K, cols: N, data: p }: Matrix, moved: Matrix): Matrix {
  const D = matrix(K, N)
  for (let i = 0; i < N; i++) {
    let mean = 0
    for (let c = 0; c < K; c++) mean += p[c * N + i]! * moved.data[c * N + i]!
    for (let c = 0; c < K; c++) D.data[c * N + i] = (p[c * N + i]! * (moved.data[c * N + i]! - mean)) / N
  }
  return D
}

function plus(a: Matrix, b: Matrix): Matrix {
  return matrix(
    a.rows,
    a.cols,
    a.data.map((x, at) => x + b.data[at]!),
  )
}
