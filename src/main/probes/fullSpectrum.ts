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
  /** Unit eigenvectors of the leading eigenvalues: max(K, outliers of a layer by theory), 128 at most. */
  readonly vectors: readonly Float64Array[]
}

const known = new WeakMap<Snapshot, Map<string, Promise<FullSpectrum>>>()

/**
 * Spectrum of the Hessian of the loss over all or the named parameters, computed once per snapshot however many probes
 * ask for it: dense up to P = 2000, else the K² + 5 largest by deflated Lanczos.
 */
export function fullSpectrum(
  snapshot: Snapshot,
  signal: AbortSignal,
  parameters?: readonly string[],
): Promise<FullSpectrum> {
  const spectra = known.get(snapshot) ?? new Map<string, Promise<FullSpectrum>>()
  known.set(snapshot, spectra)
  const key = parameters?.join() ?? ''
  const spectrum = spectra.get(key) ?? decompose(snapshot, snapshot.hessian('total', parameters), signal)
  spectra.set(key, spectrum)
  return spectrum
}

async function decompose(snapshot: Snapshot, operator: LinearOperator, signal: AbortSignal): Promise<FullSpectrum> {
  const { dtype, seed, model } = snapshot
  const dimension = operator.n
  const leading = Math.min(Math.max(model.classes, outlierCount(model)), MOST_PAIRS, dimension)
  if (dimension > DENSE_LIMIT) {
    const count = Math.max(leading, Math.min(model.classes ** 2 + BEYOND, MOST_PAIRS))
    const found = await topEigenpairs(operator, { count, seed, signal })
    signal.throwIfAborted()
    const { pairs, products } = found
    return {
      eigenvalues: Float64Array.from(pairs, ({ value }) => value),
      meta: { dimension, dtype, method: 'lanczos', complete: false, products, ...factsOf(found) },
      vectors: pairs.slice(0, leading).map(({ vector }) => vector),
    }
  }
  const check = dimension <= CHECK_LIMIT
  const onProgress = () => signal.throwIfAborted()
  const { values, vectors, checked, products } = await denseSpectrum(operator, { vectors: check, check, onProgress })
  const about = { dimension, dtype, method: 'dense', complete: true } as const
  if (vectors && checked) {
    const facts = checkFacts(checked.residuals, checked.orthogonalityDefect)
    return {
      eigenvalues: values,
      meta: { ...about, products, ...facts },
      vectors: columns(vectors).slice(0, leading),
    }
  }
  // Beside n products and n³ steps for all eigenvalues, the few eigenvectors by iteration cost little.
  const found = await topEigenpairs(operator, { count: leading, seed, signal })
  signal.throwIfAborted()
  return {
    eigenvalues: values,
    meta: { ...about, products: products + found.products, ...factsOf(found) },
    vectors: found.pairs.map(({ vector }) => vector),
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
