import type { SpectrumMeta, StoredEstimate } from '#shared/records'
import { covarianceOutliers, outlierCounts, spectralMoment, type OutlierCount, type ProbeRule } from '#main/spectra/index' // prettier-ignore
import type { NamedOperator } from './operators/index'

type Dtype = SpectrumMeta['dtype']

/** Shares of its size below which an eigenvalue is rounding: two digits above the precision's epsilon. */
const ROUNDING: Readonly<Record<Dtype, number>> = { float64: 1e-14, float32: 1e-6 }

export function aboutOperator({ matrix, n, includesRegularisation, theoryCount }: NamedOperator, dtype: Dtype) {
  return { matrix, dimension: n, includesRegularisation, dtype, theoryCount }
}

/** The size up to which eigenvalues are zero to rounding: that of the matrix, or of what it is a difference of. */
export function roundingOf({ scale = 0 }: NamedOperator, dtype: Dtype, values: Float64Array): number {
  return ROUNDING[dtype] * values.reduce((size, value) => Math.max(size, Math.abs(value)), scale)
}

export function checkFacts(
  residuals: Float64Array,
  orthogonalityDefect: number | null,
): Pick<SpectrumMeta, 'maxResidual' | 'orthogonalityDefect'> {
  return {
    maxResidual: residuals.length === 0 ? null : residuals.reduce((worst, residual) => Math.max(worst, residual)),
    ...(orthogonalityDefect !== null && { orthogonalityDefect }),
  }
}

/**
 * Outliers by every rule that applies. What is rounding counts as zero: a matrix that vanishes has no outliers.
 *
 * @param values descending: all, or the largest
 */
export function countsOf(
  values: Float64Array,
  { n, theoryCount, samples }: NamedOperator,
  rounding: number,
): Pick<SpectrumMeta, 'counts'> {
  const known = values.map((value) => (Math.abs(value) > rounding ? value : 0))
  const counts = outlierCounts({ values: known, dimension: n }, theoryCount ?? undefined)
  const edge = samples !== null && known.length === n ? covarianceOutliers(known, samples) : null
  return { counts: [...counts, ...(edge ? [edge] : [])].map(asRecord) }
}

/** What is stored of a quadrature of the eigenvalues that are not listed; nothing without probes. */
export function quadratureOf(
  probes: readonly ProbeRule[],
  listed: readonly number[] | Float64Array,
  { dimension, products }: { readonly dimension: number; readonly products: number },
): Pick<SpectrumMeta, 'quadrature'> {
  if (probes.length === 0) return {}
  const moment = (k: number): StoredEstimate => {
    const { value, standardError } = spectralMoment(probes, dimension, k)
    return {
      value: value + Array.from(listed).reduce((sum, e) => sum + e ** k, 0),
      standardError: orNull(standardError),
    }
  }
  const nodes = probes.map((probe) => probe.nodes.length)
  return { quadrature: { dimension, nodes, products, trace: moment(1), squares: moment(2) } }
}

function asRecord({ rule, count, threshold, statistic }: OutlierCount) {
  return { rule, count, threshold: orNull(threshold), statistic: orNull(statistic) }
}

/** JSON has no NaN: what is not known is null. */
function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
