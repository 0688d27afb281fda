import { svd } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import { columns, gramSpectrum } from '#main/spectra/index'
import type { ExactSpectrum } from './definition'

/** Singular values below this share of the largest are zero to rounding. */
const ZERO = 1e-12

/** The whole spectrum of scale · X Xᵀ by the singular values of X; its eigenvectors are the left singular vectors. */
export function gramRoute(X: Matrix, scale = 1): ExactSpectrum {
  return {
    values: gramSpectrum(X, scale),
    method: 'gram',
    vectors(count) {
      const { s, u } = svd(X)
      const rank = s.findIndex((value) => !(value > ZERO * s[0]!))
      return columns(u).slice(0, Math.min(count, rank < 0 ? s.length : rank))
    },
  }
}
