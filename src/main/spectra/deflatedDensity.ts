import type { LinearOperator } from '#main/core/linearOperator'
import { gaussianMixture } from '#shared/gaussianMixture'
import { spectralDensity, type SpectralDensityOptions, type SpectralDensityResult } from './spectralDensity'

export interface DeflatedDensity {
  /** The eigenvalues that were removed, as given. */
  readonly outliers: Float64Array
  /** Density of the other n − k eigenvalues: grid and width follow the bulk alone, so that its shape is resolved. */
  readonly bulk: SpectralDensityResult
  /** Density of all n eigenvalues at the same width, outliers included; integrates to 1 over the whole line. */
  whole(grid: Float64Array): Float64Array
}

/**
 * Spectral density with the outliers removed first: quadrature of P H P on the complement of their eigenvectors.
 *
 * One outlier far out stretches the nodes of every probe over the gap and widens the default σ = 0.01 (θmax − θmin)
 * beyond the bulk. Probes are normal vectors projected to the complement and normalised: uniform on its sphere, so that
 * n − k times their quadrature has no bias.
 *
 * @param outliers eigenpairs, vectors orthonormal; their residuals should be far below the bulk's extent
 */
export async function deflatedDensity(
  operator: LinearOperator,
  outliers: readonly { readonly value: number; readonly vector: Float64Array }[],
  options: Omit<SpectralDensityOptions, 'deflated'> = {},
): Promise<DeflatedDensity> {
  const bulk = await spectralDensity(operator, { ...options, deflated: outliers.map(({ vector }) => vector) })
  const values = Float64Array.from(outliers, ({ value }) => value)
  const removed = { nodes: values, weights: new Float64Array(values.length).fill(1) }
  return {
    outliers: values,
    bulk,
    whole(grid) {
      const rest = gaussianMixture(bulk.probes, grid, bulk.sigma)
      const sticks = gaussianMixture([removed], grid, bulk.sigma)
      return rest.map((density, i) => (bulk.n * density + sticks[i]!) / operator.n)
    },
  }
}
