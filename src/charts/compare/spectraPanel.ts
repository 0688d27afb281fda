import type { EmptyFigure } from '../figureData'
import { formatNumber } from '../format'
import type { TableCell } from '../toCsv'
import { metricName, metricTitle, MOST_SPECTRA, quantityOf, visibleGroups, visibleRuns } from './context'
import { nothing, type Drawing, type PanelFigure } from './drawing'
import { seriesStyle } from './seriesStyle'
import { spectraOption } from './spectraOption'

export function buildSpectra({ panel, title, context, data, theme }: Drawing<'spectra'>): PanelFigure | EmptyFigure {
  const shown = visibleGroups(context).flatMap((group) =>
    group.runs.flatMap((run) => {
      const found = data.arrays.find(({ runId }) => runId === run.id)
      return found ? [{ ...found, run, group }] : []
    }),
  )
  if (shown.length === 0) return nothing(title, metricName(context, panel.metric))
  const quantity = quantityOf(context, panel.metric)
  const spectra = shown.map(({ run, group, record, prediction }) => ({
    label: group.runs.length === 1 ? group.label : `${group.label}, seed ${run.spec.seed}`,
    style: seriesStyle(theme, group.slot),
    eigenvalues: record.data.toSorted((a, b) => b - a),
    levels: prediction?.levels ?? [],
  }))
  const drawn = spectraOption(
    { spectra, xTitle: metricTitle(context, panel.metric), scale: quantity?.scale === 'linear' ? 'linear' : 'symlog' },
    theme,
  )
  const steps = new Set(shown.map(({ record }) => record.step))
  const asked = visibleRuns(context).length
  return {
    option: drawn.option,
    title,
    subtitle: [
      steps.size === 1 ? `step ${formatNumber([...steps][0]!, 12)}` : 'each at its last measured step',
      ...(asked > MOST_SPECTRA ? [`the first ${MOST_SPECTRA} of ${asked} runs`] : []),
      ...drawn.notes,
    ].join(', '),
    readout: null,
    table: {
      columns: ['run', 'step', 'kind', 'value', 'copies'],
      rows: shown.flatMap(({ run, record, prediction }): TableCell[][] => [
        ...Array.from(record.data, (value): TableCell[] => [run.id, record.step, 'measured', value, 1]),
        ...(prediction?.levels ?? []).map(({ value, copies }): TableCell[] => [
          run.id,
          record.step,
          'predicted',
          value,
          copies,
        ]),
      ]),
    },
  }
}
