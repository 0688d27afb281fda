import type { AnalysisSpec } from '#shared/analysis'
import { LabError } from '#shared/errors'
import { leadingOutliers } from '#shared/outliers'
import type { Prediction } from '#shared/records'
import type { Backend } from '../compute/backends/backend'
import { createBackend } from '../compute/backends/select'
import type { Model } from '../core/model'
import type { Resources } from '../core/system'
import { analyseOperator, type Analysis, type AnalysisOptions, type AnalysisProgress } from '../probes/analyseOperator'
import { behindEachOther, packSearch, unpackSearch, type PackedSearch } from '../probes/analysisSearch'
import { TRAINED_COPIES_WITHIN } from '../probes/copiesOf'
import { externalOperator, npyOperator } from '../probes/externalOperator'
import { makeOperator, operators, type NamedOperator, type OperatorChoice } from '../probes/operators/index'
import type { StoredSearch } from '../store/analyses'
import type { Analyse, Analysed, FromAnalysis } from './analysisProtocol'
import { trainingOf } from './trainingOf'

export interface AnalysisOutcome {
  readonly analysed: Analysed
  /** To go on from; null when done. */
  readonly search: StoredSearch | null
}

export interface AnalysisContext {
  readonly resources: Resources
  readonly signal: AbortSignal
  report(message: FromAnalysis): void
}

const PROGRESS_MS = 250
/** Eigenvectors × classes or pairs that are kept: 8 MiB. */
const MOST_ALIGNMENTS = 2 ** 20
/** What a killed process loses at most, while its search is small. */
const SEARCH_MS = 10_000
/**
 * A search goes to the service at this rate on average: on its way it is copied, compressed and hashed at some 100 MB/s,
 * which may take a twentieth of the time.
 */
const SEARCH_BYTES_PER_MS = 5_000
/** A larger search is not kept: what one array of it takes must fit a row of the database, and the memory of the service. */
const MOST_SEARCH_BYTES = 2 ** 29

/**
 * stored state → model → operator → eigenvalues, without a step of training.
 *
 * A cancellation is an outcome, with the pairs that had converged and the search to go on from.
 */
export async function executeAnalysis(request: Analyse, context: AnalysisContext): Promise<AnalysisOutcome> {
  const { source, spec } = request
  if (source.kind === 'matrix') {
    const backend = await createBackend()
    try {
      const { samples } = spec
      const operator = externalOperator(npyOperator(source.bytes), source.name, { samples })
      return await analysed(operator, null, 'float64', request, context)
    } finally {
      backend.dispose()
    }
  }
  const backend: Backend = await createBackend(source.spec.backend)
  const { training, model, predictions } = trainingOf(source.spec, context.resources, backend)
  try {
    training.resume(source.checkpoint)
    const choice = choiceOf(spec)
    const operator = await makeOperator(training.snapshot(source.isLast), spec.operator, choice)
    const levels = levelsOf(spec, predictions, model, choice)
    // What a formula for all eigenvalues calls outliers is the count of theory where the operator names none: at every
    // step, so that they can be followed, although the values are those of the end.
    const counted = { ...operator, theoryCount: operator.theoryCount ?? leadingOutliers(levels ?? []) }
    return await analysed(counted, source.isLast ? levels : null, backend.dtype, request, context)
  } finally {
    training.dispose()
    backend.dispose()
  }
}

async function analysed(
  operator: NamedOperator,
  levels: Prediction['levels'] | null,
  dtype: AnalysisOptions['dtype'],
  { spec, resume }: Analyse,
  { signal, report }: AnalysisContext,
): Promise<AnalysisOutcome> {
  const clock = new ReportClock(report)
  let analysis: Analysis
  try {
    analysis = await analyseOperator(operator, {
      dtype,
      method: spec.method,
      bottom: spec.bottom,
      seed: spec.seed,
      signal,
      vectors: spec.vectors,
      density: spec.density,
      ...(spec.top !== null && { top: spec.top }),
      ...(levels && { predicted: levels, copiesWithin: TRAINED_COPIES_WITHIN }),
      ...(resume && { resume: unpackSearch(resume) }),
      onProgress: (progress) => clock.progress(progress),
      onStep: (search) => clock.search(() => packSearch(search(), operator.n)),
    })
  } catch (thrown) {
    if (!signal.aborted) throw thrown
    return { analysed: { type: 'analysed', status: 'cancelled', result: null, error: null }, search: null }
  }
  const { meta, eigenvalues, bottom, residuals, vectors, probes, stopped, search } = analysis
  const spent = new LabError(
    'degenerate',
    'The search used up its products before every pair had converged. Ask for fewer.',
  )
  const kept = spec.vectors && vectors.length > 0 ? await keptVectors(operator, vectors) : null
  const quadrature = probes.length > 0 ? { nodes: behindEachOther(probes.map(({ nodes }) => nodes)), weights: behindEachOther(probes.map(({ weights }) => weights)) } : null // prettier-ignore
  const read = kept ? { ...meta, eigenvectors: kept.facts } : meta
  return {
    analysed: {
      type: 'analysed',
      status: stopped === 'products' ? 'failed' : stopped,
      result: { meta: read, levels, eigenvalues, bottom, residuals, vectors: kept?.vectors ?? null, quadrature, alignment: kept?.alignment ?? null }, // prettier-ignore
      error: stopped === 'products' ? spent.toData() : null,
    },
    search: search && keepable(packSearch(search, operator.n)),
  }
}

function choiceOf({ parameters, layer, otherLayer }: AnalysisSpec): OperatorChoice {
  return {
    ...(parameters && { parameters }),
    ...(layer !== null && { layer }),
    ...(otherLayer !== null && { otherLayer }),
  }
}

/** What theory says of this matrix at the end of training. */
function levelsOf(
  { operator }: AnalysisSpec,
  predictions: () => readonly Prediction[],
  model: Model,
  choice: OperatorChoice,
): Prediction['levels'] | null {
  const place = operators.get(operator)?.predictedAs?.(model, choice)
  if (!place) return null
  return (
    predictions().find(({ quantity, layer }) => quantity === place.quantity && layer === place.layer)?.levels ?? null
  )
}

/** Eigenvectors with what is known of their entries, and how they lie to the classes. */
async function keptVectors({ reading, n }: NamedOperator, vectors: readonly Float64Array[]) {
  const read = reading ? await reading() : null
  const rows = vectors.map((vector) => read?.alignment(vector) ?? new Float64Array(0))
  const isSmall = rows.length * (rows[0]?.length ?? 0) <= MOST_ALIGNMENTS
  const aligned = isSmall && read?.alignedWith ? { data: behindEachOther(rows), with: read.alignedWith } : null
  return {
    vectors: behindEachOther(vectors),
    alignment: aligned?.data ?? null,
    facts: {
      count: vectors.length,
      parts: read?.parts ?? [{ name: 'entries', rows: n, columns: 1 }],
      alignedWith: aligned?.with ?? null,
    },
  }
}

/** Null for one that is too large to keep. */
function keepable(search: PackedSearch): PackedSearch | null {
  return bytesOf(search) <= MOST_SEARCH_BYTES ? search : null
}

function bytesOf({ arrays }: PackedSearch): number {
  return Object.values(arrays).reduce((sum, { byteLength }) => sum + byteLength, 0)
}

/** Reports a few times a second, and the search now and then. */
class ReportClock {
  readonly #started = performance.now()
  #startedAt: number | null = null
  #lastProgress = -Infinity
  #nextSearch = this.#started + SEARCH_MS

  constructor(private readonly report: (message: FromAnalysis) => void) {}

  progress({ products, converged, expected }: AnalysisProgress): void {
    const now = performance.now()
    // What an earlier process did takes no time in this one.
    this.#startedAt ??= products
    if (now - this.#lastProgress < PROGRESS_MS) return
    this.#lastProgress = now
    const done = products - this.#startedAt
    const secondsLeft = done > 0 ? ((now - this.#started) / 1000 / done) * (expected - products) : null
    this.report({ type: 'progress', products, expected, converged, secondsLeft })
  }

  search(pack: () => PackedSearch): void {
    const now = performance.now()
    if (now < this.#nextSearch) return
    const packed = pack()
    this.#nextSearch = now + Math.max(SEARCH_MS, bytesOf(packed) / SEARCH_BYTES_PER_MS)
    const search = keepable(packed)
    if (search) this.report({ type: 'search', search })
  }
}
