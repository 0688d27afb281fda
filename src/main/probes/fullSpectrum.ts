import type { SpectrumMeta } from '#shared/records'
import type { LinearOperator } from '#main/core/linearOperator'
import type { Snapshot } from '#main/core/snapshot'
import { columns, denseSpectrum, spectralDensity, topEigenpairs, type TopEigenpairsResult } from '#main/spectra/index'
import { eigenvalueDensity } from './eigenvalueDensity'
import { outlierCount } from './outlierCount'
import { checkFacts } from './spectrumFacts'

/** Largest Hessian that is assembled and solved whole (theory note 01, section 7, "in background"). */
const DENSE_LIMIT = 2000
/** Up to here all eigenvectors are computed too, and say what the eigenvalues are worth. */
const CHECK_LIMIT = 600
/** Eigenvalues beyond K² that show whether a gap follows them, and the most that are computed. */
const [BEYOND, MOST_PAIRS] = [5, 128]

export interface FullSpectrum {
  /** Descending; all of them where `meta.complete`. */
  readonly eigenvalues: Float64Array
  readonly meta: Omit<SpectrumMeta, 'matrix' | 'includesRegularisation' | 'theoryCount'>
  /** Unit eigenvectors of the leading eigenvalues: as many as theory counts outliers of a layer, at least. */
  readonly vectors: readonly Float64Array[]
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
    const check = dimension <= CHECK_LIMIT
    const { values, vectors, checked, products } = await denseSpectrum(operator, {
      vectors: check,
      check,
      onProgress: () => signal.throwIfAborted(),
    })
    const about = { dimension, dtype, method: 'dense', complete: true, products } as const
    if (vectors && checked) {
      const { residuals, orthogonalityDefect } = checked
      const meta = { ...about, ...checkFacts(residuals, orthogonalityDefect) }
      return { eigenvalues: values, meta, vectors: columns(vectors).slice(0, outlierCount(model)) }
    }
    // Beside n products and n³ steps for all eigenvalues, the few eigenvectors by iteration cost little.
    const count = Math.min(outlierCount(model), MOST_PAIRS)
    const leading = await topEigenpairs(operator, { count, seed, signal })
    signal.throwIfAborted()
    const meta = { ...about, ...factsOf(leading), products: products + leading.products }
    return { eigenvalues: values, meta, vectors: leading.pairs.map(({ vector }) => vector) }
  }
  const count = Math.min(model.classes ** 2 + BEYOND, MOST_PAIRS)
  const found = await topEigenpairs(operator, { count, seed, signal })
  signal.throwIfAborted()
  const { pairs, products } = found
  return {
    eigenvalues: Float64Array.from(pairs, ({ value }) => value),
    meta: { dimension, dtype, method: 'lanczos', complete: false, products, ...factsOf(found) },
    vectors: pairs.slice(0, outlierCount(model)).map(({ vector }) => vector),
  }
}

function factsOf({ pairs, orthogonalityDefect }: TopEigenpairsResult) {
  return checkFacts(Float64Array.from(pairs, ({ residual }) => residual), orthogonalityDefect) // prettier-ignore
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
