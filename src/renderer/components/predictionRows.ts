import type { Prediction, QuantityDefinition } from '#shared/records'
import { formatNumber } from '#charts/format'

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
  return [...Map.groupBy(predictions, sameness).entries()].flatMap(([key, alike]) => {
    const [first] = alike
    if (!first) return []
    const label = quantities.find((quantity) => quantity.id === first.quantity)?.label ?? first.quantity
    const layers = layersText(alike.flatMap((prediction) => prediction.layer ?? []))
    return first.levels.map((level, i) => ({
      key: `${key} ${i}`,
      name: i > 0 ? '' : [label, layers].filter(Boolean).join(', '),
      level: level.label,
      value: formatNumber(level.value, 10),
      copies: level.copies,
      formula: i > 0 ? '' : first.formula,
      source: i > 0 ? '' : first.source,
    }))
  })
}

function sameness({ quantity, levels, formula, source }: Prediction): string {
  return JSON.stringify([quantity, levels, formula, source])
}

/** 'layer 2', 'layers 1–3', 'layers 1–2, 5'. */
export function layersText(layers: readonly number[]): string {
  const ranges: [from: number, to: number][] = []
  for (const layer of layers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && last[1] === layer - 1) last[1] = layer
    else ranges.push([layer, layer])
  }
  const words = ranges.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ')
  if (layers.length === 0) return ''
  return layers.length === 1 ? `layer ${words}` : `layers ${words}`
}
