import { setImmediate } from 'node:timers/promises'
import type { SpectrumMeta } from '#shared/records'
import {
  asFloat64,
  columns,
  denseSpectrum,
  extremeEigenpairs,
  matrixOperator,
  outlierCounts,
  packState,
  parseNpySymmetric,
  unpackState,
  type EigenpairsState,
  type OutlierCount,
  type PredictedLevel,
} from '#main/spectra/index'
import { LabError } from '#shared/errors'
import { copiesOf } from './copiesOf'
import { listedEigenvalues } from './listedEigenvalues'
import type { ExactSpectrum, NamedOperator } from './operators/index'

export interface AnalysisOptions {
  readonly dtype: 'float64' | 'float32'
  /** How many of the largest eigenvalues, where not all are computed. Default: the theory count and 5, at least 20. */
  readonly top?: number
  /** How many of the smallest, by iteration only. Default 0. */
  readonly bottom?: number
  /** 'auto': the exact route, dense up to P = 600, else iteration. */
  readonly method?: 'auto' | 'dense' | 'lanczos'
  /** Eigenvectors are wanted too: exact routes that have none are not taken. */
  readonly vectors?: boolean
  readonly predicted?: readonly PredictedLevel[]
  /** How far apart copies of one level may be, as a share of the largest |eigenvalue|. Default 1e-6. */
  readonly copiesWithin?: number
  readonly maxProducts?: number
  readonly seed?: number
  readonly signal: AbortSignal
  readonly onProgress?: (progress: { products: number; converged: number; count: number }) => void | Promise<void>
  /** See `ExtremeEigenpairsOptions.onStep`; iterative searches only. */
  readonly onStep?: (state: () => EigenpairsState) => void
  readonly resume?: EigenpairsState
}

export interface Analysis {
  /** Descending: all, or the largest that converged. Unless 'done', copies of any of them may still be missing. */
  readonly eigenvalues: Float64Array
  /** Ascending: the smallest that converged; empty where `meta.complete` or not asked for. */
  readonly bottom: Float64Array
  /** Recomputed ‖Hv − λv‖ of the listed eigenvalues, those of the bottom behind; empty for exact routes. */
  readonly residuals: Float64Array
  /** Unit eigenvectors of the largest eigenvalues, in their order; exact routes compute them where asked to. */
  readonly vectors: readonly Float64Array[]
  readonly meta: SpectrumMeta
  /** 'done', or why there is less than was asked for. */
  readonly stopped: 'done' | 'products' | 'cancelled'
  /** To go on from; null when done. */
  readonly state: EigenpairsState | null
}

const [LEAST_TOP, BEYOND, DENSE_LIMIT] = [20, 5, 600]

/**
 * The spectrum of a named operator by the best route there is, with everything that a record says about it: method,
 * products, residuals, copies found beside copies predicted, and the outliers by every rule.
 *
 * @throws LabError 'bad-input' as `extremeEigenpairs`
 */
export async function analyseOperator(operator: NamedOperator, options: AnalysisOptions): Promise<Analysis> {
  const { method = 'auto', signal, dtype } = options
  const about = {
    matrix: operator.matrix,
    dimension: operator.n,
    includesRegularisation: operator.includesRegularisation,
    dtype,
    theoryCount: operator.theoryCount,
  }
  const turn: AnalysisOptions['onProgress'] = async (progress) => {
    // While products are synchronous this is the only way in for the message that cancels.
    await setImmediate()
    signal.throwIfAborted()
    await options.onProgress?.(progress)
  }
  const known = method === 'auto' && operator.exact ? await operator.exact(signal) : null
  const whole = known?.vectors || !options.vectors ? known : null
  if (!whole && (method === 'lanczos' || (method === 'auto' && operator.n > DENSE_LIMIT))) {
    return iterated(operator, options, about)
  }
  const spectrum: ExactSpectrum & { readonly products?: number } =
    whole ?? (await denseRoute(operator, options.vectors ?? false, (done, of) => turn({ products: done, converged: 0, count: of }))) // prettier-ignore
  const { eigenvalues, complete } = listedEigenvalues(spectrum.values)
  const counted = {
    ...countsOf(spectrum.values, operator),
    ...copiesOf(spectrum.values, { ...options, complete: true }),
  }
  const kept = Math.min(eigenvalues.length, wantedOf(operator, options))
  return {
    eigenvalues,
    bottom: new Float64Array(0),
    residuals: new Float64Array(0),
    vectors: options.vectors ? (spectrum.vectors?.(kept) ?? []) : [],
    meta: { ...about, method: spectrum.method, complete, products: spectrum.products ?? null, maxResidual: null, ...counted }, // prettier-ignore
    stopped: 'done',
    state: null,
  }
}

async function denseRoute(
  operator: NamedOperator,
  withVectors: boolean,
  onProgress: (products: number, of: number) => void | Promise<void>,
): Promise<ExactSpectrum & { readonly products: number }> {
  const { values, vectors, products } = await denseSpectrum(operator, { vectors: withVectors, onProgress })
  const first = (count: number) => (vectors ? columns(vectors).slice(0, count) : [])
  return { values, method: 'dense', products, vectors: first }
}

/** How many of the largest eigenvalues are looked at where not all are listed. */
function wantedOf({ theoryCount }: NamedOperator, { top }: AnalysisOptions): number {
  return top ?? Math.max(LEAST_TOP, (theoryCount ?? 0) + BEYOND)
}

async function iterated(
  operator: NamedOperator,
  options: AnalysisOptions,
  about: Pick<SpectrumMeta, 'matrix' | 'dimension' | 'includesRegularisation' | 'dtype' | 'theoryCount'>,
): Promise<Analysis> {
  const { bottom: atBottom = 0 } = options
  const { predicted, seed, resume, maxProducts, onProgress, onStep, signal } = options
  const solved = await extremeEigenpairs(operator, {
    top: Math.min(wantedOf(operator, options), operator.n - atBottom),
    bottom: atBottom,
    method: 'lanczos',
    signal,
    ...(predicted && { predicted }),
    ...(seed !== undefined && { seed }),
    ...(resume && { resume }),
    ...(maxProducts !== undefined && { maxProducts }),
    ...(onProgress && { onProgress }),
    ...(onStep && { onStep }),
  })
  // A list of eigenvalues may only end, not have holes: what follows a pair that did not converge is left out.
  const sure = leading(solved.top)
  const eigenvalues = Float64Array.from(sure, ({ value }) => value)
  const bottom = Float64Array.from(leading(solved.bottom), ({ value }) => value)
  const worst = [...sure, ...leading(solved.bottom)].reduce((most, { residual }) => Math.max(most, residual), 0)
  // Only a finished search has shown that no copy is missing: before that, counts would be claims without ground.
  const counted = solved.stopped === 'done' && {
    ...countsOf(eigenvalues, operator),
    ...copiesOf(eigenvalues, { ...options, complete: false }),
  }
  return {
    eigenvalues,
    bottom,
    residuals: Float64Array.from([...sure, ...leading(solved.bottom)], ({ residual }) => residual),
    vectors: sure.map(({ vector }) => asFloat64(vector)),
    meta: {
      ...about,
      method: 'lanczos',
      complete: eigenvalues.length === operator.n,
      products: solved.products,
      maxResidual: worst,
      ...counted,
    },
    stopped: solved.stopped,
    state: solved.state,
  }
}

function leading<T extends { readonly converged: boolean }>(pairs: readonly T[]): readonly T[] {
  const first = pairs.findIndex(({ converged }) => !converged)
  return first < 0 ? pairs : pairs.slice(0, first)
}

function countsOf(values: Float64Array, { n, theoryCount }: NamedOperator): Pick<SpectrumMeta, 'counts'> {
  const counts = outlierCounts({ values, dimension: n }, theoryCount ?? undefined)
  return { counts: counts.map(asRecord) }
}

/** JSON has no NaN: what is not known is null. */
function asRecord({ rule, count, threshold, statistic }: OutlierCount) {
  const known = (value: number) => (Number.isNaN(value) ? null : value)
  return { rule, count, threshold: known(threshold), statistic: known(statistic) }
}

/**
 * Spectra that are not of a run's state: a matrix from outside.
 *
 * @throws LabError 'bad-input' if the name is empty
 */
export function externalOperator(
  operator: Pick<NamedOperator, 'n' | 'apply'>,
  name: string,
  theoryCount: number | null = null,
): NamedOperator {
  if (name.trim() === '') throw new LabError('bad-input', 'externalOperator: give the matrix a name.')
  const { n } = operator
  const apply: NamedOperator['apply'] = (x, y) => operator.apply(x, y)
  return { n, apply, matrix: name, includesRegularisation: false, theoryCount, exact: null, reading: null }
}

/**
 * A symmetric matrix from the bytes of a NumPy file.
 *
 * @throws LabError 'bad-input' as `parseNpySymmetric`
 */
export function npyOperator(bytes: Uint8Array): Pick<NamedOperator, 'n' | 'apply'> {
  return matrixOperator(parseNpySymmetric(bytes))
}

/** A search as plain arrays, and back, for whoever keeps it between processes. */
export { packState as packSearch, unpackState as unpackSearch }
