import { setImmediate } from 'node:timers/promises'
import type { SpectrumMeta } from '#shared/records'
import { norm } from '#main/compute/linalg/index'
import { columns, denseSpectrum, orthogonalityDefect, type CheckedPairs, type PredictedLevel, type ProbeRule } from '#main/spectra/index' // prettier-ignore
import type { AnalysisSearch } from './analysisSearch'
import { copiesOf } from './copiesOf'
import { iteratedSpectrum } from './iteratedSpectrum'
import { listedEigenvalues } from './listedEigenvalues'
import type { ExactSpectrum, NamedOperator } from './operators/index'
import { aboutOperator, checkFacts, countsOf, quadratureOf, roundingOf } from './spectrumFacts'

export interface AnalysisOptions {
  readonly dtype: 'float64' | 'float32'
  /** How many of the largest eigenvalues, where not all are computed. Default: the theory count and 5, at least 20. */
  readonly top?: number
  /** How many of the smallest, by iteration only. Default 0. */
  readonly bottom?: number
  /** 'auto': the exact route, dense up to P = 600, else iteration. */
  readonly method?: 'auto' | 'dense' | 'lanczos'
  /** Eigenvectors are wanted too. */
  readonly vectors?: boolean
  /** Quadrature of what is left without the pairs that iteration found; other routes know all eigenvalues. */
  readonly density?: { readonly probes: number; readonly steps: number } | null
  readonly predicted?: readonly PredictedLevel[]
  /** How far apart copies of one level may be, as a share of the largest |eigenvalue|. Default 1e-6. */
  readonly copiesWithin?: number
  readonly maxProducts?: number
  readonly seed?: number
  readonly signal: AbortSignal
  /** `expected`: all products that it will take, as far as anybody can tell. */
  readonly onProgress?: (progress: AnalysisProgress) => void | Promise<void>
  /** Where the search is, made when asked for and good until the next; iterative searches only. */
  readonly onStep?: (search: () => AnalysisSearch) => void
  readonly resume?: AnalysisSearch
}

export interface AnalysisProgress {
  readonly products: number
  readonly expected: number
  /** Pairs that are final. */
  readonly converged: number
}

export interface Analysis {
  /** Descending: all, or the largest that converged. Unless 'done', copies of any of them may still be missing. */
  readonly eigenvalues: Float64Array
  /** Ascending: the smallest that converged; empty where `meta.complete` or not asked for. */
  readonly bottom: Float64Array
  /** Recomputed ‖Hv − λv‖ of the leading eigenvalues whose eigenvectors were computed, those of the bottom behind. */
  readonly residuals: Float64Array
  /** Unit eigenvectors of the largest eigenvalues, in their order. */
  readonly vectors: readonly Float64Array[]
  /** Empty where no quadrature was made. */
  readonly probes: readonly ProbeRule[]
  readonly meta: SpectrumMeta
  /** 'done', or why there is less than was asked for. */
  readonly stopped: 'done' | 'products' | 'cancelled'
  /** To go on from; null when done. */
  readonly search: AnalysisSearch | null
}

const [LEAST_TOP, BEYOND, DENSE_LIMIT] = [20, 5, 600]
/** Above it, eigenvectors of a dense matrix cost too much to compute only for their residuals. */
const CHECK_LIMIT = 2000

/**
 * The spectrum of a named operator by the best route there is, with everything that a record says about it: method,
 * products, residuals, orthogonality, copies found beside copies predicted, and the outliers by every rule.
 *
 * Eigenpairs of exact routes are checked with products of the operator itself: the general route.
 *
 * @throws LabError 'bad-input' as `extremeEigenpairs`
 */
export async function analyseOperator(operator: NamedOperator, options: AnalysisOptions): Promise<Analysis> {
  const { method = 'auto', signal } = options
  const turn = async (progress: AnalysisProgress) => {
    // While products are synchronous this is the only way in for the message that cancels.
    await setImmediate()
    signal.throwIfAborted()
    await options.onProgress?.(progress)
  }
  const wanted = wantedOf(operator, options)
  const exact = method === 'auto' && operator.exact ? await operator.exact(signal) : null
  if (exact) {
    const vectors = exact.vectors(wanted)
    const checked = await checkedBy(operator, exact, vectors, turn)
    return known(operator, options, { ...exact, vectors, checked, products: vectors.length })
  }
  if (method === 'lanczos' || (method === 'auto' && operator.n > DENSE_LIMIT)) {
    return iteratedSpectrum(operator, options, wanted)
  }
  const { vectors, values, checked, products } = await denseSpectrum(operator, {
    vectors: options.vectors ?? false,
    check: operator.n <= CHECK_LIMIT || (options.vectors ?? false),
    onProgress: (done, of) => turn({ products: done, expected: of, converged: 0 }),
  })
  const leading = vectors ? columns(vectors).slice(0, wanted) : []
  return known(operator, options, { values, vectors: leading, checked: checked ?? null, method: 'dense', products })
}

/** How many of the largest eigenvalues are looked at where not all are listed. */
function wantedOf({ theoryCount }: NamedOperator, { top }: AnalysisOptions): number {
  return top ?? Math.max(LEAST_TOP, (theoryCount ?? 0) + BEYOND)
}

/** ‖Hv − λv‖ by a product for each eigenvector of an exact route. */
async function checkedBy(
  operator: NamedOperator,
  { values }: ExactSpectrum,
  vectors: readonly Float64Array[],
  turn: (progress: AnalysisProgress) => Promise<void>,
): Promise<CheckedPairs | null> {
  const residuals = new Float64Array(vectors.length)
  const image = new Float64Array(operator.n)
  for (const [k, vector] of vectors.entries()) {
    await turn({ products: k, expected: vectors.length, converged: 0 })
    await operator.apply(vector, image)
    residuals[k] = norm(image.map((y, i) => y - values[k]! * vector[i]!))
  }
  return vectors.length > 0 ? { residuals, orthogonalityDefect: orthogonalityDefect(vectors) } : null
}

/** All eigenvalues are known. */
function known(
  operator: NamedOperator,
  options: AnalysisOptions,
  spectrum: {
    readonly values: Float64Array
    readonly vectors: readonly Float64Array[]
    readonly checked: CheckedPairs | null
    readonly method: SpectrumMeta['method']
    readonly products: number
  },
): Analysis {
  const { values, vectors, checked, method, products } = spectrum
  const { eigenvalues, complete } = listedEigenvalues(values)
  const rounding = roundingOf(operator, options.dtype, values)
  const probes = complete || !options.density ? [] : [allOf(values.slice(eigenvalues.length))]
  const residuals = checked?.residuals.slice(0, eigenvalues.length) ?? new Float64Array(0)
  return {
    eigenvalues,
    bottom: new Float64Array(0),
    residuals,
    vectors: options.vectors ? vectors : [],
    probes,
    meta: {
      ...aboutOperator(operator, options.dtype),
      method,
      complete,
      products,
      rounding,
      ...checkFacts(residuals, checked?.orthogonalityDefect ?? null),
      ...countsOf(values, operator, rounding),
      ...copiesOf(values, { ...options, rounding, complete: true }),
      ...quadratureOf(probes, eigenvalues, { dimension: values.length - eigenvalues.length, products: 0 }),
    },
    stopped: 'done',
    search: null,
  }
}

/** Eigenvalues that are known and not listed, as one rule of quadrature. @param descending at least one */
function allOf(descending: Float64Array): ProbeRule {
  const weights = new Float64Array(descending.length).fill(1 / descending.length)
  const mean = descending.reduce((sum, value) => sum + value, 0) / descending.length
  return { nodes: descending.toReversed(), weights, firstAlpha: mean, stopped: 'breakdown' }
}
