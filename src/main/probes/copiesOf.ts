import { spectrumMetaSchema, type Prediction, type SpectrumMeta } from '#shared/records'
import type { Measurement } from '#main/core/probe'
import { countCopies, type PredictedLevel } from '#main/spectra/index'

/** Training ends before its minimum: levels that theory has equal are apart by about that share of the largest. */
export const TRAINED_COPIES_WITHIN = 1e-3

export interface CopiesOptions {
  readonly predicted?: readonly PredictedLevel[]
  /** How far apart copies of one level may be, as a share of the largest |eigenvalue|. Default 1e-6. */
  readonly copiesWithin?: number
  /** Eigenvalues up to this size are zero to rounding: copies of one level. Default 0. */
  readonly rounding?: number
  /** The list holds every eigenvalue there is. */
  readonly complete: boolean
}

/** Copies of the largest eigenvalues; without a prediction only what occurs more than once is worth saying. */
export function copiesOf(
  values: Float64Array,
  { predicted, copiesWithin = 1e-6, rounding = 0, complete }: CopiesOptions,
): Pick<SpectrumMeta, 'copies' | 'copiesWithin'> {
  const largest = values.reduce((size, value) => Math.max(size, Math.abs(value)), 0)
  const counted = countCopies(values, predicted ?? null, {
    complete,
    width: Math.max(copiesWithin * largest, 2 * rounding),
  })
  const copies = counted
    .filter(({ found }) => predicted !== undefined || found > 1)
    .map(({ value, found, predicted: expected, cut }) => ({ value, found, predicted: expected, cut }))
  return { copies, copiesWithin }
}

/**
 * A measured spectrum of a trained state with the copies found beside those that theory predicts; anything else, and what
 * theory says nothing of, as it is.
 */
export function withPredictedCopies(measurement: Measurement, predictions: readonly Prediction[]): Measurement {
  const { quantity, layer, data } = measurement
  const known = predictions.find((prediction) => prediction.quantity === quantity && prediction.layer === layer)
  const meta = spectrumMetaSchema.safeParse(measurement.meta)
  if (!known || !meta.success) return measurement
  const { complete } = meta.data
  const copies = copiesOf(data, { predicted: known.levels, copiesWithin: TRAINED_COPIES_WITHIN, complete })
  return { ...measurement, meta: { ...meta.data, ...copies } }
}
