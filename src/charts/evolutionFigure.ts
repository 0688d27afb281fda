import type { EvolutionInput } from './evolutionGrid'
import { evolutionOption } from './evolutionOption'
import {
  emptyFigure,
  joinNotes,
  layerNote,
  vectorTable,
  type BuiltFigure,
  type EmptyFigure,
  type Figure,
} from './figureParts'
import { axisTitle } from './frame'
import { DEFAULT_VIEW, type View } from './projection'
import { surfaceOption } from './surfaceOption'

/** The marks that show every component of one vector over the steps. */
export function buildEvolution(figure: Figure, mark: 'evolution' | 'surface'): BuiltFigure | EmptyFigure {
  const { definition, source, selection, theme, parts } = figure
  const [part] = parts
  const records = part ? source.arrays(part.quantity.id, part.layer) : []
  if (!part || records.length === 0) return emptyFigure(figure)
  const { quantity, layer } = part
  const input: EvolutionInput = {
    records,
    indexTitle: 'index i',
    valueTitle: axisTitle(quantity.label, quantity.symbol, quantity.unit),
    valueScale: definition.valueScale ?? quantity.scale,
    currentStep: selection.step,
  }
  const seenFrom = (view: View) => surfaceOption(input, theme, view)
  const drawn = mark === 'surface' ? seenFrom(DEFAULT_VIEW) : evolutionOption(input, theme)
  return {
    option: drawn.option,
    ...(mark === 'surface' && { seenFrom: (view: View) => seenFrom(view).option }),
    title: definition.title,
    subtitle: joinNotes([layerNote(figure), ...drawn.notes]),
    readout: null,
    table: vectorTable([{ quantity: quantity.id, layer, records }]),
  }
}
