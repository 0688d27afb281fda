import { LabError } from '#shared/errors'
import type { FigureDefinition } from '#shared/figure'
import type { MeasuredRecord, Prediction, QuantityDefinition } from '#shared/records'
import { bundleOption, type BundleInput } from './bundleOption'
import { markers, type CurveColour, type Marker } from './curves'
import { densityOption } from './densityOption'
import { buildEvolution } from './evolutionFigure'
import {
  emptyFigure,
  joinNotes,
  layerNote,
  overlaid,
  predictedFor,
  vectorTable,
  type BuiltFigure,
  type EmptyFigure,
  type Figure,
  type Part,
} from './figureParts'
import { drawnLayers, type FigureSelection, type FigureSource } from './figureSource'
import { formatNumber } from './format'
import { axisTitle, type DrawnMark } from './frame'
import { heatmapOption } from './heatmapOption'
import { layerName } from './layerName'
import type { PredictedLevel } from './predictedLines'
import { buildProfile } from './profileFigure'
import { seriesOption, seriesReadout, type SeriesInput } from './seriesOption'
import {
  labelledReadout,
  learnedCopies,
  noiseLevelOf,
  outlierCountOf,
  spectrumMetaOf,
  spectrumNotes,
} from './spectrumMeta'
import { measuredReadout, predictionReadout } from './spectrumLevels'
import { spectrumOption } from './spectrumOption'
import type { ChartTheme } from './theme'
import type { Table } from './toCsv'

export { isEmptyFigure, type BuiltFigure, type EmptyFigure } from './figureParts'

/**
 * The one way from records to a picture, for screen, export and test.
 *
 * @returns an EmptyFigure where nothing was measured at or before the step
 * @throws LabError 'bad-input' if the definition names a quantity that the run does not describe
 */
export function buildFigure(
  definition: FigureDefinition,
  source: FigureSource,
  selection: FigureSelection,
  theme: ChartTheme,
): BuiltFigure | EmptyFigure {
  const quantities = definition.quantities.map((id) => quantityOf(definition, source, id))
  const parts = quantities.flatMap((quantity) =>
    drawnLayers(definition, source.layersOf(quantity.id), selection.layer).map((layer): Part => ({ quantity, layer })),
  )
  const figure = { definition, source, selection, theme, quantities, parts }
  switch (definition.mark) {
    case 'series':
      return buildSeries(figure)
    case 'bundle':
      return buildBundle(figure)
    case 'evolution':
    case 'surface':
      return buildEvolution(figure, definition.mark)
    case 'profile':
      return buildProfile(figure)
    case 'spectrum':
    case 'density':
    case 'heatmap':
      return buildSnapshot(figure, definition.mark)
    default:
      throw new LabError(
        'bad-input',
        `figure ${definition.id}: unknown mark "${String(definition.mark satisfies never)}".`,
      )
  }
}

function buildSeries(figure: Figure): BuiltFigure | EmptyFigure {
  const { definition, source, selection, theme, quantities, parts } = figure
  const measured = parts.flatMap((part, i) => {
    const series = source.series(part.quantity.id, part.layer)
    return series && series.steps.length > 0 ? [{ part, series, colour: colourOf(parts, i) }] : []
  })
  if (measured.length === 0) return emptyFigure(figure)
  const input: SeriesInput = {
    curves: measured.map(({ part, series, colour }) => ({
      ...series,
      label: partLabel(figure, part),
      name: partName(figure, part),
      colour,
      ...markerOf(figure, part, colour),
    })),
    yTitle: sharedTitle(quantities),
    yScale: quantities.some((quantity) => quantity.scale === 'log') ? 'log' : 'linear',
    predicted: predictedLevels(figure),
    currentStep: selection.step,
  }
  const drawn = seriesOption(input, theme)
  const rows = measured.flatMap(({ part, series }) =>
    Array.from(series.steps, (step, i) => [part.quantity.id, part.layer, step, series.values[i]!]),
  )
  return {
    option: drawn.option,
    title: definition.title,
    subtitle: joinNotes([layerNote(figure), ...drawn.notes]),
    readout: seriesReadout(input),
    table: { columns: ['quantity', 'layer', 'step', 'value'], rows },
  }
}

function buildBundle(figure: Figure): BuiltFigure | EmptyFigure {
  const { definition, source, selection, theme, quantities, parts } = figure
  const measured = parts.flatMap((part, i) => {
    const records = source.arrays(part.quantity.id, part.layer)
    return records.length > 0 ? [{ part, records, colour: colourOf(parts, i) }] : []
  })
  if (measured.length === 0) return emptyFigure(figure)
  const input: BundleInput = {
    groups: measured.map(({ part, records, colour }) => ({
      label: partLabel(figure, part),
      colour,
      records,
      noiseLevel: noiseLevelOf(records.at(-1)!, part.quantity.kind),
      outlierCount: outlierCountOf(records.at(-1)!, part.quantity.kind, predictedFor(figure, part)),
      ...(learnedCopies(predictedFor(figure, part)) !== null && { names: { leading: 'learned', rest: 'others' } }),
    })),
    yTitle: sharedTitle(quantities),
    yScale: quantities.some((quantity) => quantity.scale === 'log') ? 'log' : 'linear',
    predicted: predictedLevels(figure),
    currentStep: selection.step,
  }
  const drawn = bundleOption(input, theme)
  const [only] = measured
  const shown = only?.records.findLast((record) => record.step <= selection.step)
  return {
    option: drawn.option,
    title: definition.title,
    subtitle: joinNotes([layerNote(figure), ...drawn.notes]),
    readout:
      measured.length === 1 && only && shown
        ? predictionReadout(descending(shown.data), overlaid(figure, only.part))
        : null,
    table: vectorTable(measured.map(({ part, records }) => ({ ...part, quantity: part.quantity.id, records }))),
  }
}

/** The marks that show one array of one quantity at one step. */
function buildSnapshot(figure: Figure, mark: 'spectrum' | 'density' | 'heatmap'): BuiltFigure | EmptyFigure {
  const { definition, source, selection, parts } = figure
  const [part] = parts
  const record = part && source.array(part.quantity.id, part.layer, selection.step)
  if (!part || !record) return emptyFigure(figure)
  const drawn = drawSnapshot(figure, mark, part, record)
  const where = `${part.layer === null ? '' : `${layerName(part.layer)}, `}step ${formatNumber(record.step, 12)}`
  return {
    option: drawn.option,
    title: definition.title,
    subtitle: joinNotes([where, ...spectrumNotes(record), ...drawn.notes]),
    readout: mark === 'spectrum' ? spectrumReadout(record, overlaid(figure, part)) : null,
    table: drawn.table,
  }
}

function drawSnapshot(
  figure: Figure,
  mark: 'spectrum' | 'density' | 'heatmap',
  { quantity, layer }: Part,
  record: MeasuredRecord,
): DrawnMark & { table: Table } {
  const { theme } = figure
  const prediction = overlaid(figure, { quantity, layer })
  const levels = prediction?.levels ?? []
  const title = axisTitle(quantity.label, quantity.symbol, quantity.unit)
  if (mark === 'spectrum') {
    const outlierCount = outlierCountOf(record, quantity.kind, prediction)
    const valueScale = quantity.scale === 'log' ? 'symlog' : 'linear'
    const drawn = spectrumOption({ eigenvalues: record.data, outlierCount, levels, xTitle: title, valueScale }, theme)
    return { ...drawn, table: spectrumTable(record.data, levels) }
  }
  const [rows = 0, columns = 0] = record.shape
  if (mark === 'heatmap') {
    const titles = rows === columns ? (['class', 'class'] as const) : (['row', 'column'] as const)
    const [rowTitle, columnTitle] = titles
    const places = { rows: placesOf(record, rows), columns: placesOf(record, columns) }
    const labels = { rowLabels: places.rows.map(String), columnLabels: places.columns.map(String) }
    const input = { rows, columns, data: record.data, rowTitle, columnTitle, valueTitle: title, ...labels }
    const drawn = heatmapOption(input, theme)
    const table = Array.from(record.data, (value, i) => [
      places.rows[Math.floor(i / columns)]!,
      places.columns[i % columns]!,
      value,
    ])
    return { ...drawn, table: { columns: ['row', 'column', 'value'], rows: table } }
  }
  if (record.shape.length !== 2 || rows !== 2) {
    throw new LabError(
      'shape',
      `figure ${figure.definition.id}: a density is stored as 2 × n (eigenvalues, then densities), ` +
        `got ${record.shape.join(' × ') || 'a single number'}.`,
    )
  }
  const [grid, density] = [record.data.subarray(0, columns), record.data.subarray(columns)]
  const drawn = densityOption({ grid, density, levels, xTitle: axisTitle('eigenvalue', 'λ', ''), yTitle: title }, theme)
  const table = Array.from(grid, (value, i) => [value, density[i]!])
  return { ...drawn, table: { columns: ['eigenvalue', 'density'], rows: table } }
}

/** What the rows or columns of a matrix stand for, from 1: a record whose classes were put into another order says which. */
function placesOf({ meta }: MeasuredRecord, count: number): number[] {
  const order = Array.isArray(meta?.order) ? meta.order.filter((place) => typeof place === 'number') : []
  return Array.from({ length: count }, (_, i) => (order.length === count ? order[i]! : i) + 1)
}

/** Against the prediction where there is one; else what the spectrum says of itself. */
function spectrumReadout(record: MeasuredRecord, prediction: Prediction | null): string | null {
  const meta = spectrumMetaOf(record)
  const values = predictionReadout(record.data, prediction) ?? (meta && measuredReadout(record.data, meta))
  return [values, ...(meta ? labelledReadout(meta) : [])].filter((line) => line !== null).join('\n') || null
}

function spectrumTable(eigenvalues: Float64Array, levels: Prediction['levels']): Table {
  return {
    columns: ['kind', 'index', 'value', 'copies'],
    rows: [
      ...Array.from(eigenvalues, (value, i) => ['measured', i + 1, value, 1]),
      ...levels.map(({ value, copies }, i) => ['predicted', i + 1, value, copies]),
    ],
  }
}

function quantityOf(definition: FigureDefinition, source: FigureSource, id: string): QuantityDefinition {
  const quantity = source.quantities.find((candidate) => candidate.id === id)
  if (quantity) return quantity
  const known = source.quantities.map((candidate) => candidate.id).join(', ')
  throw new LabError(
    'bad-input',
    `Figure "${definition.id}" shows "${id}", which this run does not describe. Known: ${known}.`,
  )
}

/** Every predicted level and bound of the drawn parts; zero levels say nothing on a log axis and are left to the notes. */
function predictedLevels(figure: Figure): PredictedLevel[] {
  return figure.parts.flatMap((part) => {
    const prediction = overlaid(figure, part)
    return [...(prediction?.levels ?? []), ...(prediction?.bounds ?? [])]
  })
}

/** Layers along viridis; several quantities without layers by group. */
function colourOf(parts: readonly Part[], i: number): CurveColour {
  const layers = [...new Set(parts.map((part) => part.layer))]
  if (layers.length === 1) return { by: 'group', index: i }
  return { by: 'layer', index: layers.indexOf(parts[i]!.layer), count: layers.length }
}

/** Several quantities over several layers: the colour says the layer, the marker the quantity. */
function markerOf({ quantities }: Figure, { quantity }: Part, colour: CurveColour): { marker?: Marker } {
  if (colour.by !== 'layer' || quantities.length === 1) return {}
  return { marker: markers[quantities.indexOf(quantity) % markers.length]! }
}

/** What a part is called at its curve: its layer, its symbol, or both where both differ. */
function partLabel(figure: Figure, part: Part): string {
  return partText(figure, part, part.quantity.symbol || part.quantity.label)
}

/** The same in words: the table at the crosshair has no subscripts. */
function partName(figure: Figure, part: Part): string {
  return partText(figure, part, part.quantity.label)
}

function partText({ parts, quantities }: Figure, { layer }: Part, quantity: string): string {
  if (layer === null || new Set(parts.map((part) => part.layer)).size === 1) return quantity
  return quantities.length > 1 ? `${quantity}, ${layerName(layer)}` : layerName(layer)
}

/** Axis title for quantities that share it; different units are said, not hidden. */
function sharedTitle(quantities: readonly QuantityDefinition[]): string {
  const [first] = quantities
  if (!first) return ''
  if (quantities.length === 1) return axisTitle(first.label, first.symbol, first.unit)
  const names = quantities.map((quantity) => quantity.symbol || quantity.label).join(', ')
  const units = new Set(quantities.map((quantity) => quantity.unit))
  return axisTitle(names, '', units.size === 1 ? first.unit : 'several units')
}

/** The entries of a matrix have no order; levels are matched by rank. */
function descending(data: Float64Array): Float64Array {
  return data.toSorted((a, b) => b - a)
}
