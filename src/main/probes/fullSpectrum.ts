import type { SpectrumMeta } from '#shared/records'
import type { LinearOperator } from '#main/core/linearOperator'
import type { Snapshot } from '#main/core/snapshot'
import { denseSpectrum, spectralDensity, topEigenpairs } from '#main/spectra/index'
import { eigenvalueDensity } from './eigenvalueDensity'

/** Largest Hessian that is assembled and solved whole (theory note 01, section 7, "in background"). */
const DENSE_LIMIT = 2000
/** Eigenvalues beyond K² that show whether a gap follows them, and the most that are computed. */
const [BEYOND, MOST_PAIRS] = [5, 128]

export interface FullSpectrum {
  /** Descending; all of them where `meta.complete`. */
  readonly eigenvalues: Float64Array
  readonly meta: Omit<SpectrumMeta, 'matrix' | 'includesRegularisation' | 'theoryCount'>
}

/** Spectrum of a Hessian over many parameters: dense up to P = 2000, else the K² + 5 largest by deflated Lanczos. */
export async function fullSpectrum(
  snapshot: Snapshot,
  operator: LinearOperator,
  signal: AbortSignal,
): Promise<FullSpectrum> {
  const { dtype, seed, model } = snapshot
  const dimension = operator.n
  if (dimension <= DENSE_LIMIT) {
    const { values, products } = await denseSpectrum(operator, { onProgress: () => signal.throwIfAborted() })
    const meta = { dimension, dtype, method: 'dense', complete: true, products, maxResidual: null } as const
    return { eigenvalues: values, meta }
  }
  const { pairs, products } = await topEigenpairs(operator, {
    count: Math.min(model.classes ** 2 + BEYOND, MOST_PAIRS),
    seed,
    signal,
  })
  signal.throwIfAborted()
  const maxResidual = Math.max(...pairs.map((pair) => pair.residual))
  return {
    eigenvalues: Float64Array.from(pairs, (pair) => pair.value),
    meta: { dimension, dtype, method: 'lanczos', complete: false, products, maxResidual },
  }
}

export interface FullDensity {
  readonly grid: Float64Array
  readonly density: Float64Array
  readonly meta: { readonly method: 'dense' | 'quadrature'; readonly sigma: number; readonly products: number }
}

/** Density of the same Hessian: from its eigenvalues where all are known, else by stochastic Lanczos quadrature. */
export async function fullDensity(
  snapshot: Snapshot,
  operator: LinearOperator,
  { eigenvalues, meta }: FullSpectrum,
  signal: AbortSignal,
): Promise<FullDensity> {
  if (meta.complete) {
    const { grid, density, sigma } = eigenvalueDensity(eigenvalues)
    return { grid, density, meta: { method: 'dense', sigma, products: 0 } }
  }
  const { grid, density, sigma, products } = await spectralDensity(operator, { seed: snapshot.seed, signal })
  signal.throwIfAborted()
  return { grid, density, meta: { method: 'quadrature', sigma, products } }
}
