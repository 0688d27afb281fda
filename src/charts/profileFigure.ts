import { emptyFigure, joinNotes, overlaid, type BuiltFigure, type EmptyFigure, type Figure } from './figureParts'
import { formatNumber } from './format'
import { axisTitle } from './frame'
import { profileOption, profileReadout, type ProfileInput } from './profileOption'

/** One scalar of every layer at the step. */
export function buildProfile(figure: Figure): BuiltFigure | EmptyFigure {
  const { definition, source, selection, theme, parts } = figure
  const measured = parts.flatMap((part) => {
    const series = source.series(part.quantity.id, part.layer)
    const i = series?.steps.findLastIndex((step) => step <= selection.step) ?? -1
    return series && i >= 0 && part.layer !== null
      ? [{ part, layer: part.layer, step: series.steps[i]!, value: series.values[i]! }]
      : []
  })
  const [first] = measured
  if (!first) return emptyFigure(figure)
  const { quantity } = first.part
  const predicted = measured.flatMap(({ part, layer }) => {
    const level = overlaid(figure, part)?.levels[0]
    return level ? [{ layer, value: level.value }] : []
  })
  const input: ProfileInput = {
    layers: measured.map(({ layer }) => layer),
    values: Float64Array.from(measured, ({ value }) => value),
    predicted,
    fittedFrom: definition.fittedFrom ?? null,
    yTitle: axisTitle(quantity.label, quantity.symbol, quantity.unit),
    yScale: definition.valueScale ?? quantity.scale,
  }
  const drawn = profileOption(input, theme)
  const steps = new Set(measured.map(({ step }) => step))
  const predictedAt = (layer: number) => predicted.find((known) => known.layer === layer)?.value ?? null
  return {
    option: drawn.option,
    title: definition.title,
    // Layers may have been measured at different steps: the latest of them all is the state that is shown.
    subtitle: joinNotes([`step ${formatNumber(Math.max(...steps), 12)}`, ...drawn.notes]),
    readout: profileReadout(input),
    table: {
      columns: ['quantity', 'layer', 'step', 'value', 'predicted'],
      rows: measured.map(({ layer, step, value }) => [quantity.id, layer, step, value, predictedAt(layer)]),
    },
  }
}
