import type { LineSeriesOption } from 'echarts'
import type { TheoryFigure } from '#shared/theoryFigure'
import { exactMarks, labelGround, type AxisRange } from './frame'
import { mathStyles, richMath } from './mathText'
import type { Scale } from './scale'
import type { ChartTheme } from './theme'

/** Part of the axis that the label of a threshold needs for itself. */
const LABEL_SHARE = 0.12

/** Thresholds of the theory on the x axis: thin lines across the plot, named at their upper ends. */
export interface ThresholdMarks {
  readonly series: LineSeriesOption
  /** px that the names need above the plot; 0 where there is no threshold. */
  readonly room: number
}

export function thresholdMarks(
  theme: ChartTheme,
  marks: TheoryFigure['marks'],
  scale: Scale,
  range: AxisRange,
): ThresholdMarks {
  const stacked = stackedMarks(marks, scale, range)
  const rows = Math.max(0, ...stacked.map(({ row }) => row + 1))
  return { series: thresholds(theme, stacked), room: rows > 0 ? theme.tickSize * (0.4 + 1.4 * rows) : 0 }
}

interface StackedMark {
  readonly x: number
  readonly label: string
  /** Rows of labels above the plot, counted from it. */
  readonly row: number
}

/** Thresholds close to each other have their labels one above the other. */
function stackedMarks(marks: TheoryFigure['marks'], scale: Scale, { from, to }: AxisRange): StackedMark[] {
  const stacked: StackedMark[] = []
  const ascending = marks.map(({ x, label }) => ({ x: scale.forward(x), label })).sort((a, b) => a.x - b.x)
  for (const mark of ascending) {
    const last = stacked.at(-1)
    const isClose = last !== undefined && mark.x - last.x < LABEL_SHARE * (to - from)
    stacked.push({ ...mark, row: isClose ? last.row + 1 : 0 })
  }
  return stacked
}

function thresholds(theme: ChartTheme, marks: readonly StackedMark[]): LineSeriesOption {
  return {
    type: 'line',
    data: [],
    silent: true,
    markLine: {
      ...exactMarks,
      lineStyle: { type: 'solid', color: theme.quiet, width: 1, opacity: 0.7 },
      label: {
        color: theme.text,
        fontSize: theme.tickSize,
        fontFamily: theme.fontFamily,
        rich: mathStyles(theme.fontFamily, theme.tickSize),
        ...labelGround(theme),
      },
      data: marks.map(({ x, label, row }) => ({
        xAxis: x,
        label: { formatter: richMath(label), distance: theme.tickSize * (0.3 + 1.4 * row) },
      })),
    },
  }
}
