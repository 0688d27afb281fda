import { asFloat64, deflatedDensity, extremeEigenpairs, type Eigenpair, type ProbeRule } from '#main/spectra/index'
import type { Analysis, AnalysisOptions } from './analyseOperator'
import type { AnalysisSearch, FoundPairs, KnownPair } from './analysisSearch'
import { copiesOf } from './copiesOf'
import type { NamedOperator } from './operators/index'
import { aboutOperator, checkFacts, countsOf, quadratureOf, roundingOf } from './spectrumFacts'

/** What the pairs came to, and where their search was stopped. */
interface Pairs {
  readonly found: FoundPairs
  readonly stopped: Analysis['stopped']
  readonly search: AnalysisSearch | null
}

/**
 * The outermost eigenpairs by block Lanczos, then, where it is wanted, the density of all other eigenvalues by quadrature
 * on the complement of their eigenvectors.
 */
export async function iteratedSpectrum(
  operator: NamedOperator,
  options: AnalysisOptions,
  wanted: number,
): Promise<Analysis> {
  const { resume, density = null } = options
  const atBottom = options.bottom ?? 0
  const count = Math.min(wanted, operator.n - atBottom) + atBottom
  const whole = density ? density.probes * Math.min(density.steps, operator.n - count) : 0
  const pairs: Pairs =
    resume?.phase === 'density'
      ? { found: resume.found, stopped: 'done', search: null }
      : await pairsOf(operator, options, { count, atBottom, after: whole })
  const { top, bottom, products, orthogonalityDefect } = pairs.found
  const eigenvalues = Float64Array.from(top, ({ value }) => value)
  const listed = [...top, ...bottom]
  const residuals = Float64Array.from(listed, ({ residual }) => residual)
  const rest = operator.n - listed.length
  const wantsRest = pairs.stopped === 'done' && density !== null && rest > 0
  const quadrature = wantsRest
    ? await restOf(operator, options, pairs.found, density)
    : { probes: [], products: 0, stopped: pairs.stopped, search: pairs.search }
  const rounding = roundingOf(
    operator,
    options.dtype,
    Float64Array.from(listed, ({ value }) => value),
  )
  // Only a finished search has shown that no copy is missing: before that, counts would be claims without ground.
  const counted = pairs.stopped === 'done' && {
    ...countsOf(eigenvalues, operator, rounding),
    ...copiesOf(eigenvalues, { ...options, rounding, complete: false }),
  }
  return {
    eigenvalues,
    bottom: Float64Array.from(bottom, ({ value }) => value),
    residuals,
    vectors: top.map(({ vector }) => vector),
    probes: quadrature.probes,
    meta: {
      ...aboutOperator(operator, options.dtype),
      method: 'lanczos',
      complete: top.length === operator.n,
      products: products + quadrature.products,
      rounding,
      ...checkFacts(residuals, residuals.length > 0 ? orthogonalityDefect : null),
      ...counted,
      ...quadratureOf(quadrature.probes, listed.map(({ value }) => value), { dimension: rest, products: quadrature.products }), // prettier-ignore
    },
    stopped: quadrature.stopped,
    search: quadrature.search,
  }
}

async function pairsOf(
  operator: NamedOperator,
  { predicted, seed, resume, maxProducts, onProgress, onStep, signal }: AnalysisOptions,
  { count, atBottom, after }: { readonly count: number; readonly atBottom: number; readonly after: number },
): Promise<Pairs> {
  const solved = await extremeEigenpairs(operator, {
    top: count - atBottom,
    bottom: atBottom,
    method: 'lanczos',
    signal,
    ...(predicted && { predicted }),
    ...(seed !== undefined && { seed }),
    ...(resume?.phase === 'pairs' && { resume: resume.state }),
    ...(maxProducts !== undefined && { maxProducts }),
    onProgress: ({ products, converged }) => {
      // Three products for each pair, as spectra with few outliers need; from then on a quarter more than so far.
      const expected = Math.ceil(Math.max(3 * count, 1.25 * products)) + after
      return onProgress?.({ products, expected, converged })
    },
    ...(onStep && { onStep: (state) => onStep(() => ({ phase: 'pairs', state: state() })) }),
  })
  const { products, orthogonalityDefect, stopped, state } = solved
  return {
    found: { top: sure(solved.top), bottom: sure(solved.bottom), products, orthogonalityDefect },
    stopped,
    search: state && { phase: 'pairs', state },
  }
}

async function restOf(
  operator: NamedOperator,
  { seed, resume, signal, onProgress, onStep }: AnalysisOptions,
  found: FoundPairs,
  { probes: count, steps }: NonNullable<AnalysisOptions['density']>,
) {
  const converged = found.top.length + found.bottom.length
  const searchOf = (probes: readonly ProbeRule[]): AnalysisSearch => ({ phase: 'density', found, probes })
  const { bulk } = await deflatedDensity(operator, [...found.top, ...found.bottom], {
    probes: count,
    steps: Math.min(steps, operator.n - converged),
    signal,
    ...(seed !== undefined && { seed }),
    ...(resume?.phase === 'density' && { known: resume.probes }),
    onProgress: (products, total) =>
      onProgress?.({ products: found.products + products, expected: found.products + total, converged }),
    ...(onStep && { onProbe: (probes) => onStep(() => searchOf(probes)) }),
  })
  const { probes, products, stopped } = bulk
  return { probes, products, stopped, search: stopped === 'done' ? null : searchOf(probes) }
}

/** A list of eigenvalues may only end, not have holes: what follows a pair that did not converge is left out. */
function sure(pairs: readonly Eigenpair[]): KnownPair[] {
  const first = pairs.findIndex(({ converged }) => !converged)
  return (first < 0 ? pairs : pairs.slice(0, first)).map(({ value, residual, vector }) => {
    return { value, residual, vector: asFloat64(vector) }
  })
}
