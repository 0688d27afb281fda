import { LabError } from '#shared/errors'
import { symmetricEigen, transpose } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { LinearOperator } from '#main/core/linearOperator'
import { materialise, type MaterialiseOptions } from './materialise'
import { rowsOf } from './matrixOperator'
import { projectBlock } from './storedVectors'

export interface DenseSpectrumOptions extends MaterialiseOptions {
  readonly vectors?: boolean
  /** Compute residuals and orthogonality of the eigenvectors too, O(n³): two products of matrices. */
  readonly check?: boolean
}

/** What eigenpairs are worth by products of their own, whatever the solver says. */
export interface CheckedPairs {
  /** ‖Av − λv‖ of every pair, in the units of A, with A as it was assembled. */
  readonly residuals: Float64Array
  /** max |VᵀV − I|, dimensionless. */
  readonly orthogonalityDefect: number
}

export interface DenseSpectrum {
  /** All n eigenvalues, descending. */
  readonly values: Float64Array
  /** Eigenvectors in columns, n × n; present if asked for. */
  readonly vectors?: Matrix
  /** Present if asked for. */
  readonly checked?: CheckedPairs
  /** max |A − Aᵀ| / max |A| before symmetrising: rounding (about 1e-15, float32: 1e-7) unless the operator is wrong. */
  readonly asymmetry: number
  readonly products: number
}

/**
 * All eigenvalues by assembling A column by column and solving ½ (A + Aᵀ).
 *
 * Theory note 01, section 7, "Exact": up to P = 600 interactively, P = 2000 in the background. n products, O(n³).
 *
 * @throws LabError 'degenerate' if the operator returns a number that is not finite
 */
export async function denseSpectrum(
  operator: LinearOperator,
  options: DenseSpectrumOptions = {},
): Promise<DenseSpectrum> {
  const { n } = operator
  const A = await materialise(operator, options)
  const { symmetric, largest, skew } = symmetrised(A)
  // A number that is not finite makes the differences so.
  if (!Number.isFinite(skew) || !Number.isFinite(largest)) {
    throw new LabError('degenerate', 'denseSpectrum: the operator returned a number that is not finite.', { n })
  }
  const { vectors = false, check = false } = options
  const eigen = symmetricEigen(symmetric, { vectors: vectors || check })
  const asymmetry = largest === 0 ? 0 : skew / largest
  return {
    values: eigen.values,
    ...(vectors && eigen.vectors && { vectors: eigen.vectors }),
    ...(check && eigen.vectors && { checked: checkedPairs(A, eigen.values, eigen.vectors) }),
    asymmetry,
    products: n,
  }
}

function checkedPairs(A: Matrix, values: Float64Array, V: Matrix): CheckedPairs {
  const n = values.length
  const squares = new Float64Array(n)
  const vectors = rowsOf(transpose(V))
  projectBlock(rowsOf(A), vectors).data.forEach((image, at) => {
    const k = at % n
    squares[k]! += (image - values[k]! * V.data[at]!) ** 2
  })
  const products = projectBlock(vectors, vectors).data
  const defect = products.reduce((most, x, at) => Math.max(most, Math.abs(x - (at % (n + 1) === 0 ? 1 : 0))), 0)
  return { residuals: squares.map(Math.sqrt), orthogonalityDefect: defect }
}

/** Rows and columns of a square that is symmetrised at a time, so that both of its sides stay in the cache. */
const TILE = 32

/** ½ (A + Aᵀ), max |A| and max |A − Aᵀ|; the last two are not finite if A is not. */
function symmetrised({ rows: n, data }: Matrix): { symmetric: Matrix; largest: number; skew: number } {
  const symmetric = matrix(n, n)
  let [largest, skew] = [0, 0]
  for (let i0 = 0; i0 < n; i0 += TILE) {
    for (let j0 = 0; j0 <= i0; j0 += TILE) {
      for (let i = i0; i < Math.min(i0 + TILE, n); i++) {
        for (let j = j0; j < Math.min(j0 + TILE, i + 1); j++) {
          const [a, b] = [data[i * n + j]!, data[j * n + i]!]
          largest = Math.max(largest, Math.abs(a), Math.abs(b))
          skew = Math.max(skew, Math.abs(a - b))
          symmetric.data[i * n + j] = symmetric.data[j * n + i] = (a + b) / 2
        }
      }
    }
  }
  return { symmetric, largest, skew }
}
