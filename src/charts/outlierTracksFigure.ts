import type { OutlierHistory } from '#shared/analysis'
import type { BuiltFigure, EmptyFigure } from './figureParts'
import { formatNumber } from './format'
import { seriesOption } from './seriesOption'
import type { ChartTheme } from './theme'

/** Sentences about more events than this are not read. */
const MOST_TOLD = 4

/** Outliers followed over the steps: a line for each direction from its birth to its death. */
export function outlierTracksFigure(history: OutlierHistory, theme: ChartTheme): BuiltFigure | EmptyFigure {
  const { tracks, crossings, overlaps } = history
  const title = 'Outliers over steps'
  if (tracks.length === 0) return { title, reason: 'No eigenvalue is an outlier by this rule at these steps.' }
  const curves = tracks.map(({ id, points }) => ({
    label: String(id + 1),
    name: `outlier ${id + 1}`,
    steps: Float64Array.from(points, ({ step }) => step),
    values: Float64Array.from(points, ({ value }) => value),
    colour: { by: 'layer', index: id, count: tracks.length } as const,
  }))
  const drawn = seriesOption({ curves, yTitle: 'eigenvalue λ', yScale: 'log', predicted: [], currentStep: null }, theme)
  return {
    option: drawn.option,
    title,
    subtitle: [`${tracks.length} directions followed by the overlap of their eigenspaces`, ...drawn.notes].join(', '),
    readout: [
      ...told('born', perStep(tracks.map(({ born }) => born))),
      ...told('died', perStep(tracks.flatMap(({ died }) => died ?? []))),
      ...told('crossings', crossings.map(({ step, above, below }) => `${above + 1} passes ${below + 1} at ${step}`)), // prettier-ignore
      ...told('overlap with the step before', overlaps.map(({ step, overlap }) => `${formatNumber(overlap, 3)} at ${step}`)), // prettier-ignore
    ].join('\n'),
    table: {
      columns: ['outlier', 'born', 'died', 'step', 'eigenvalue'],
      rows: tracks.flatMap(({ id, born, died, points }) =>
        points.map(({ step, value }) => [id + 1, born, died, step, value]),
      ),
    },
  }
}

/** '3 at 100' for each step, in their order. */
function perStep(steps: readonly number[]): string[] {
  const distinct = [...new Set(steps)].sort((a, b) => a - b)
  return distinct.map((step) => `${steps.filter((other) => other === step).length} at ${step}`)
}

function told(what: string, events: readonly string[]): string[] {
  const more = events.length - MOST_TOLD
  const shown = events.slice(0, MOST_TOLD).join(', ')
  return shown === '' ? [] : [`${what}: ${shown}${more > 0 ? `, ${more} more` : ''}`]
}
