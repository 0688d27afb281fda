import { random } from '#main/compute/rng/random'
import type { Matrix } from '#main/compute/matrix'
import type { LinearOperator } from '#main/core/linearOperator'

/** y = diag(values) x. */
export function diagonalOperator(values: ArrayLike<number>): LinearOperator {
  return {
    n: values.length,
    apply(x, y) {
      for (let i = 0; i < x.length; i++) y[i] = values[i]! * x[i]!
    },
  }
}

/** y = A x for a square matrix. */
export function matrixOperator({ rows: n, data }: Matrix): LinearOperator {
  return {
    n,
    apply(x, y) {
      for (let i = 0; i < n; i++) {
        let total = 0
        for (let j = 0; j < n; j++) total += data[i * n + j]! * x[j]!
        y[i] = total
      }
    },
  }
}

/** A dense operator R diag(values) Rᵀ with known eigenvalues; R is a product of three random reflections. */
export function rotatedOperator(values: ArrayLike<number>, seed = 1): LinearOperator {
  const n = values.length
  const mirrors = [0, 1, 2].map((k) => {
    const u = random(seed, `rotatedOperator/${k}`).normal(n)
    const length = Math.hypot(...u)
    return u.map((x) => x / length)
  })
  const reflect = (u: Float64Array, x: Float64Array) => {
    const overlap = x.reduce((total, xi, i) => total + xi * u[i]!, 0)
    return x.map((xi, i) => xi - 2 * overlap * u[i]!)
  }
  return {
    n,
    apply(x, y) {
      const inner = mirrors.reduce((v, u) => reflect(u, v), Float64Array.from(x))
      y.set(mirrors.reduceRight((v, u) => reflect(u, v), inner.map((v, i) => v * values[i]!))) // prettier-ignore
    },
  }
}

/** ‖Hv − λv‖, independent of the code under test. */
export async function residualOf(operator: LinearOperator, value: number, vector: Float64Array): Promise<number> {
  const image = new Float64Array(operator.n)
  await operator.apply(vector, image)
  return Math.hypot(...image.map((a, i) => a - value * vector[i]!))
}

/** The operator, counting its products. */
export function counted(operator: LinearOperator): LinearOperator & { products: number } {
  const self = {
    n: operator.n,
    products: 0,
    apply(x: Float64Array, y: Float64Array) {
      self.products++
      return operator.apply(x, y)
    },
  }
  return self
}
