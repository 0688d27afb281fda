import type { SweepResults } from '#shared/contract/sweepResults'
import { LabError } from '#shared/errors'
import type { SweepFigureDefinition } from '#shared/sweepFigure'
import type { BuiltFigure, EmptyFigure } from '../figureParts'
import type { ChartTheme } from '../theme'
import { buildFraction, buildMean } from './curvesFigure'
import { nothing } from './drawing'
import { buildHistogram, levelSets } from './histogramFigure'
import { buildMap } from './mapFigure'
import type { SweepSelection } from './points'
import type { PointSet } from './pointSets'
import { buildScatter, theorySets } from './scatterFigure'

/**
 * The one way from the results of a sweep to a picture, for screen, export and test.
 * @returns an EmptyFigure where nothing was measured, or the figure needs a field that was not swept
 */
export function buildSweepFigure(
  definition: SweepFigureDefinition,
  results: SweepResults,
  selection: SweepSelection,
  theme: ChartTheme,
): BuiltFigure | EmptyFigure {
  const measured = results.quantities.some(({ id }) => id === definition.quantity)
  if (!measured)
    return nothing(definition, `The runs of this sweep did not measure what this figure shows: ${definition.quantity}.`)
  const drawing = { results, selection, theme }
  switch (definition.mark) {
    case 'fraction':
      return buildFraction({ ...drawing, definition })
    case 'map':
      return buildMap({ ...drawing, definition })
    case 'mean':
      return buildMean({ ...drawing, definition })
    case 'histogram':
      return buildHistogram({ ...drawing, definition })
    case 'scatter':
      return buildScatter({ ...drawing, definition })
    default:
      throw new LabError('bad-input', `unknown figure of a sweep "${String(definition satisfies never)}".`)
  }
}

/** The sets of points of which a figure shows one at a time, because theory says another thing of each; mostly one. */
export function figureSets(definition: SweepFigureDefinition, results: SweepResults): readonly PointSet[] {
  switch (definition.mark) {
    case 'histogram':
      return levelSets(results, definition.quantity)
    case 'scatter':
      return theorySets(results, definition)
    default:
      return []
  }
}
