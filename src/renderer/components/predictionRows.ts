import type { Prediction, QuantityDefinition } from '#shared/records'
import { formatNumber } from '#charts/format'
import { layersText } from '#charts/layerName'

export interface PredictionRow {
  readonly key: string
  /** Empty in all but the first row of a prediction, as are formula and source. */
  readonly name: string
  readonly level: string
  readonly value: string
  readonly copies: number
  readonly formula: string
  readonly source: string
}

/** One row per predicted level; layers for which the same is predicted share their rows. */
export function predictionRows(
  predictions: readonly Prediction[],
  quantities: readonly QuantityDefinition[],
): PredictionRow[] {
  const byQuantity = [...Map.groupBy(predictions, ({ quantity }) => quantity).values()].flat()
  const shared = sharedSource(predictions)
  return [...Map.groupBy(byQuantity, sameness).entries()].flatMap(([key, alike]) => {
    const [first] = alike
    if (!first) return []
    const label = quantities.find((quantity) => quantity.id === first.quantity)?.label ?? first.quantity
    const layers = layersText(alike.flatMap((prediction) => prediction.layer ?? []))
    return mergedLevels(first.levels).map((level, i) => ({
      key: `${key} ${i}`,
      name: i > 0 ? '' : [label, layers].filter(Boolean).join(', '),
      level: level.label,
      value: level.value,
      copies: level.copies,
      formula: i > 0 ? '' : first.formula,
      source: i > 0 ? '' : first.source.slice(shared.length).replace(/^[,;\s]+/, ''),
    }))
  })
}

/** What the sources of all predictions begin with, up to a comma: said once for the table; empty for a single one. */
export function sharedSource(predictions: readonly Prediction[]): string {
  const [first, ...others] = new Set(predictions.map(({ source }) => source))
  if (first === undefined || others.length === 0) return ''
  const beginnings = [...first.matchAll(/,/g)].map(({ index }) => first.slice(0, index)).toReversed()
  return beginnings.find((text) => others.every((source) => source.startsWith(`${text},`))) ?? ''
}

/** Equal up to the digits shown: layers of equal width differ by rounding at most. */
function sameness({ quantity, levels, formula, source }: Prediction): string {
  return JSON.stringify([quantity, mergedLevels(levels), formula, source])
}

/** Levels of one value are one eigenvalue with all their copies. */
function mergedLevels(levels: Prediction['levels']): { value: string; copies: number; label: string }[] {
  return [...Map.groupBy(levels, ({ value }) => formatNumber(value, 10))].map(([value, alike]) => ({
    value,
    copies: alike.reduce((sum, { copies }) => sum + copies, 0),
    label: joinedLabels(alike.map(({ label }) => label)),
  }))
}

/** 'interface 1', 'interface 2', 'bulk' become 'interface 1, 2; bulk'. */
function joinedLabels(labels: readonly string[]): string {
  const numbered = [...new Set(labels)].map((label) => {
    const [, stem = label, number = ''] = /^(.*\D)(\d+)$/.exec(label) ?? []
    return { stem, number }
  })
  return [...Map.groupBy(numbered, ({ stem }) => stem)]
    .map(([stem, alike]) => stem + alike.map(({ number }) => number).join(', '))
    .join('; ')
}
