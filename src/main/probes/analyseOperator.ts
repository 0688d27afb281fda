import { setImmediate } from 'node:timers/promises'
import type { SpectrumMeta } from '#shared/records'
import {
  asFloat64,
  countCopies,
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
import { listedEigenvalues } from './listedEigenvalues'
import type { NamedOperator } from './operators/index'

export interface AnalysisOptions {
  readonly dtype: 'float64' | 'float32'
  /** How many of the largest eigenvalues, where not all are computed. Default: the theory count and 5, at least 20. */
  readonly top?: number
  /** How many of the smallest, by iteration only. Default 0. */
  readonly bottom?: number
  /** 'auto': the exact route, dense up to P = 600, else iteration. */
  readonly method?: 'auto' | 'dense' | 'lanczos'
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
  /** Eigenvectors of the listed eigenvalues, in their order; empty for exact routes, which compute none. */
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
  const whole = method === 'auto' && operator.exact ? await operator.exact(signal) : null
  const dense = !whole && (method === 'dense' || (method === 'auto' && operator.n <= DENSE_LIMIT))
  if (whole || dense) {
    const spectrum =
      whole ??
      (await denseSpectrum(operator, { onProgress: (products, count) => turn({ products, converged: 0, count }) }))
    const { eigenvalues, complete } = listedEigenvalues(spectrum.values)
    const products = 'products' in spectrum ? spectrum.products : null
    const counted = { ...countsOf(spectrum.values, operator), ...copiesOf(spectrum.values, options, true) }
    return {
      eigenvalues,
      bottom: new Float64Array(0),
      residuals: new Float64Array(0),
      vectors: [],
      meta: { ...about, method: whole?.method ?? 'dense', complete, products, maxResidual: null, ...counted },
      stopped: 'done',
      state: null,
    }
  }
  return iterated(operator, options, about)
}

async function iterated(
  operator: NamedOperator,
  options: AnalysisOptions,
  about: Pick<SpectrumMeta, 'matrix' | 'dimension' | 'includesRegularisation' | 'dtype' | 'theoryCount'>,
): Promise<Analysis> {
  const { top: wanted = Math.max(LEAST_TOP, (operator.theoryCount ?? 0) + BEYOND), bottom: atBottom = 0 } = options
  const { predicted, seed, resume, maxProducts, onProgress, onStep, signal } = options
  const solved = await extremeEigenpairs(operator, {
    top: Math.min(wanted, operator.n - atBottom),
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
    ...copiesOf(eigenvalues, options, false),
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

/** Copies of the largest eigenvalues; without a prediction only what occurs more than once is worth saying. */
function copiesOf(
  values: Float64Array,
  { predicted, copiesWithin = 1e-6 }: AnalysisOptions,
  complete: boolean,
): Pick<SpectrumMeta, 'copies' | 'copiesWithin'> {
  const largest = values.reduce((size, value) => Math.max(size, Math.abs(value)), 0)
  const counted = countCopies(values, predicted ?? null, { complete, width: copiesWithin * largest })
  const copies = counted
    .filter(({ found }) => predicted !== undefined || found > 1)
    .map(({ value, found, predicted: expected, cut }) => ({ value, found, predicted: expected, cut }))
  return { copies, copiesWithin }
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
  return { n, apply, matrix: name, includesRegularisation: false, theoryCount, exact: null }
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
