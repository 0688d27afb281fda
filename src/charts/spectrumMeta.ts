import { spectrumMetaSchema, type MeasuredRecord, type Prediction, type QuantityDefinition, type SpectrumMeta } from '#shared/records' // prettier-ignore
import { labelsInWords, leadingOutliers } from '#shared/outliers'
import { formatNumber } from './format'

/** How a spectrum was computed; null for a record that is no spectrum. */
export function spectrumMetaOf(record: MeasuredRecord): SpectrumMeta | null {
  const parsed = spectrumMetaSchema.safeParse(record.meta)
  return parsed.success ? parsed.data : null
}

/** Below this part of the largest eigenvalue differences are rounding, for each precision. */
const ROUNDING: Readonly<Record<SpectrumMeta['dtype'], number>> = { float64: 1e-15, float32: 1e-7 }

/** The part of the largest value below which a vector holds rounding noise; null for what is no spectrum or vector. */
export function noiseLevelOf(record: MeasuredRecord, kind: QuantityDefinition['kind']): number | null {
  if (kind !== 'spectrum' && kind !== 'vector') return null
  return ROUNDING[spectrumMetaOf(record)?.dtype ?? 'float64']
}

/**
 * How many leading components are outliers: what a spectrum says itself, else as many as theory calls so; of another
 * vector as many as theory says are learned, or predicts not to be zero. Null where none names a count, where it is all
 * of them, and for matrices, whose entries have no order.
 */
export function outlierCountOf(
  record: MeasuredRecord,
  kind: QuantityDefinition['kind'],
  prediction: Prediction | null,
): number | null {
  const meta = spectrumMetaOf(record)
  if (meta) return meta.theoryCount ?? leadingOutliers(prediction?.levels ?? [])
  if (kind === 'matrix' || !prediction) return null
  const nonZero = prediction.levels.reduce((total, { value, copies }) => total + (value === 0 ? 0 : copies), 0)
  const leading = learnedCopies(prediction) ?? nonZero
  return leading < record.data.length ? leading : null
}

/** How many values theory says are learned; null where it does not tell them apart. */
export function learnedCopies(prediction: Prediction | null): number | null {
  const learned = prediction?.levels.filter(({ role }) => role === 'learned') ?? []
  return learned.length > 0 ? learned.reduce((total, { copies }) => total + copies, 0) : null
}

/** What a reader must know of a spectrum: matrix, method, completeness, precision, residual. */
export function spectrumNotes(record: MeasuredRecord): string[] {
  const meta = spectrumMetaOf(record)
  if (!meta) return []
  const listed = meta.complete
    ? `${meta.dimension} eigenvalues`
    : `largest ${record.data.length} of ${meta.dimension} eigenvalues`
  return [listed, `${meta.method}, ${meta.dtype}`, ...checkNotes(meta), ...copiesNote(meta), meta.matrix]
}

/** More groups than this are not read. */
const MOST_GROUPS = 3

/** '9 at 0.21537 along all 3 classes, all 6 pairs' for the leading groups whose classes are known. */
export function labelledReadout({ labelled = [] }: SpectrumMeta): string[] {
  const told = labelled.map((group) => ({ group, words: labelsInWords(group) })).filter(({ words }) => words !== '')
  const lines = told
    .slice(0, MOST_GROUPS)
    .map(({ group, words }) => `${group.count} at ${formatNumber(group.value)} along ${words}`)
  return told.length > MOST_GROUPS ? [...lines, `${told.length - MOST_GROUPS} more groups`] : lines
}

/** What the listed pairs are worth: 'residual ≤ 2·10⁻⁹', 'orthogonal to 3·10⁻¹⁵'; nothing where nothing was checked. */
export function checkNotes({ maxResidual, orthogonalityDefect }: SpectrumMeta): string[] {
  return [
    ...(maxResidual === null ? [] : [`residual ≤ ${formatNumber(maxResidual, 1)}`]),
    ...(orthogonalityDefect === undefined ? [] : [`orthogonal to ${formatNumber(orthogonalityDefect, 1)}`]),
  ]
}

/** More levels than this say nothing at a glance. */
const MOST_LEVELS = 4

/** 'copies found/predicted 3/3, 6/6', from the largest; those that the list ends in are left out. */
function copiesNote({ copies = [] }: SpectrumMeta): string[] {
  const counted = copies.filter(({ predicted, cut }) => predicted !== null && !cut)
  const pairs = counted.slice(0, MOST_LEVELS).map(({ found, predicted }) => `${found}/${predicted}`)
  return pairs.length === 0 ? [] : [`copies found/predicted ${pairs.join(', ')}`]
}
