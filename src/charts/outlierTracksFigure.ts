import type { OutlierHistory, SubspaceDrift } from '#shared/analysis'
import type { BuiltFigure, EmptyFigure } from './figureParts'
import { formatNumber } from './format'
import { heatmapOption } from './heatmapOption'
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

/** How much of the outlier space of one step lies in that of another, step against step. */
export function driftFigure(drift: SubspaceDrift | null, theme: ChartTheme): BuiltFigure | EmptyFigure {
  const title = 'Drift of the outlier space'
  if (!drift) return { title, reason: 'The eigenvectors of these steps are too many to compare each with each.' }
  const { steps, overlaps, angles } = drift
  if (steps.length < 2) return { title, reason: 'Fewer than two of these steps have an outlier by this rule.' }
  const labels = steps.map((step) => formatNumber(step, 12))
  const drawn = heatmapOption(
    {
      rows: steps.length,
      columns: steps.length,
      data: overlaps,
      rowTitle: 'step',
      columnTitle: 'step',
      valueTitle: 'overlap ‖UᵀV‖²/min(p, q)',
      rowLabels: labels,
      columnLabels: labels,
      valueRange: { from: 0, to: 1 },
    },
    theme,
  )
  const largest = angles.map(({ step, angles: all }) => `${formatNumber(all.at(-1) ?? NaN, 3)} at ${formatNumber(step, 12)}`) // prettier-ignore
  return {
    option: drawn.option,
    title,
    subtitle: [`${steps.length} steps, 1 where the smaller space lies in the larger`, ...drawn.notes].join(', '),
    readout: told('largest angle to the step before, rad', largest).join('\n'),
    table: {
      columns: ['step', 'other step', 'overlap'],
      rows: Array.from(overlaps, (overlap, at) => [
        steps[Math.floor(at / steps.length)]!,
        steps[at % steps.length]!,
        overlap,
      ]),
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
