import type { Prediction } from './records'

/** What a theory says of one quantity of one layer; a prediction without a layer holds for every layer. */
export function predictionOf(
  predictions: readonly Prediction[],
  quantity: string,
  layer: number | null,
): Prediction | null {
  const ofLayer = (wanted: number | null) =>
    predictions.find((candidate) => candidate.quantity === quantity && candidate.layer === wanted)
  return ofLayer(layer) ?? ofLayer(null) ?? null
}
