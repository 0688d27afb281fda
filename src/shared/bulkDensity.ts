import type { QuadratureRule } from './gaussianMixture'
import type { SpectrumMeta } from './records'
import { quadratureDensity, type SmoothDensity } from './quadratureDensity'

/** Quadrature of a spectrum without the eigenvalues that are listed: its probes one behind the other, see `meta.quadrature`. */
export interface StoredQuadrature {
  readonly nodes: Float64Array
  /** τ_i, summing to 1 for each probe. */
  readonly weights: Float64Array
}

export interface DensitySpectrum {
  readonly meta: Pick<SpectrumMeta, 'complete' | 'quadrature'>
  /** Descending. */
  readonly eigenvalues: Float64Array
  /** Ascending. */
  readonly bottom: Float64Array
  readonly quadrature: StoredQuadrature | null
}

export interface BulkDensity extends SmoothDensity {
  /** How many eigenvalues it is the density of. */
  readonly count: number
  /** How many eigenvalues of the whole matrix lie above each point of the grid: from quadrature rarely a whole number. */
  readonly above: Float64Array
}

/**
 * Density of a stored spectrum without its outliers, so that grid and width follow the bulk alone. What is listed and no
 * outlier counts exactly; the rest is quadrature on the complement of the listed eigenvectors. Another number of outliers
 * needs no product of the matrix.
 *
 * @param outliers how many leading eigenvalues are left out
 * @returns null where the rest of the spectrum is not known, or nothing is left of it
 */
export function bulkDensity(
  { meta, eigenvalues, bottom, quadrature }: DensitySpectrum,
  outliers: number,
): BulkDensity | null {
  const listed = Float64Array.of(...eigenvalues.subarray(outliers), ...bottom).sort()
  const hidden = meta.complete ? 0 : (meta.quadrature?.dimension ?? null)
  const count = hidden === null ? 0 : listed.length + hidden
  if (count === 0) return null
  const share = 1 / count
  const probes = hidden === 0 ? [{ nodes: [], weights: [] }] : probesOf(quadrature, meta.quadrature?.nodes ?? [])
  const rules = probes.map(({ nodes, weights }) => {
    const pairs = [
      ...Array.from(listed, (node) => ({ node, weight: share })),
      ...Array.from(nodes, (node, i) => ({ node, weight: weights[i]! * (hidden ?? 0) * share })),
    ].sort((a, b) => a.node - b.node)
    return {
      nodes: Float64Array.from(pairs, ({ node }) => node),
      weights: Float64Array.from(pairs, ({ weight }) => weight),
    }
  })
  if (rules.length === 0) return null
  const smooth = quadratureDensity(rules)
  return { ...smooth, count, above: smooth.grid.map((t) => outliers + count * shareAbove(rules, t)) }
}

function shareAbove(rules: readonly QuadratureRule[], t: number): number {
  const shares = rules.map(({ nodes, weights }) =>
    nodes.reduce((sum, node, i) => (node > t ? sum + weights[i]! : sum), 0),
  )
  return shares.reduce((sum, share) => sum + share, 0) / rules.length
}

function probesOf(quadrature: StoredQuadrature | null, lengths: readonly number[]) {
  let start = 0
  return quadrature
    ? lengths.map((length) => {
        const [from, to] = [start, (start += length)]
        return { nodes: quadrature.nodes.subarray(from, to), weights: quadrature.weights.subarray(from, to) }
      })
    : []
}
