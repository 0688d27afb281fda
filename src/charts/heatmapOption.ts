import type { HeatmapSeriesOption } from 'echarts'
import { LabError } from '#shared/errors'
import { colourBar } from './colourBar'
import { colourAt, colourRange, inkOn, viridis, type ColourRange } from './colourMaps'
import { formatNumber } from './format'
import { axisName, baseOption, paddedRange, textWidth, ticksOver, type AxisRange, type DrawnMark } from './frame'
import { linearScale, logScale, type Scale } from './scale'
import type { ChartTheme } from './theme'
import { itemTooltip } from './tooltip'

export interface HeatmapInput {
  readonly rows: number
  readonly columns: number
  /** Row-major. */
  readonly data: Float64Array
  readonly rowTitle: string
  readonly columnTitle: string
  /** Title of the colour bar: symbol and unit. */
  readonly valueTitle: string
  /** What rows and columns stand for; counted from 1 when not given. */
  readonly rowLabels?: readonly string[]
  readonly columnLabels?: readonly string[]
  /** Colours along a logarithmic scale where every value can stand on one. */
  readonly valueScale?: 'linear' | 'log'
  /** Why a cell has no number. */
  readonly emptyCells?: string
  /** Values at both ends of the colours; absent: as the data say. */
  readonly valueRange?: AxisRange
  /** Whether values are written into the cells of a small matrix; default: they are. */
  readonly written?: boolean
  /** Second line of a written cell, row-major. */
  readonly remarks?: readonly string[]
}

/** Values are written into the cells up to this many rows and columns. */
const MOST_WRITTEN = 12
/** Larger matrices are drawn by blocks, so that a figure stays a file one can open. */
const MOST_CELLS_PER_SIDE = 128

/** A matrix with rows and columns counted from 1 or named, the first row on top, and a colour bar. */
export function heatmapOption(input: HeatmapInput, theme: ChartTheme): DrawnMark {
  if (input.data.length !== input.rows * input.columns) {
    throw new LabError(
      'shape',
      `heatmap: ${input.rows} × ${input.columns} cells need ${input.rows * input.columns} values, ` +
        `got ${input.data.length}. Pass the matrix row by row.`,
    )
  }
  const { rows, columns, data, step } = reduceToBlocks(input)
  const finite = data.filter(Number.isFinite)
  const scale = input.valueScale === 'log' && finite.every((value) => value > 0) ? logScale : linearScale
  const colours = input.valueRange
    ? { ...input.valueRange, map: viridis }
    : colourRange(
        finite.map((value) => scale.forward(value)),
        scale.kind,
      )
  const labels = {
    rows: axisLabels(input.rowLabels, rows, step),
    columns: axisLabels(input.columnLabels, columns, step),
  }
  const cells = cellsOf({ rows, columns, data, step }, colours, scale, labels, input.remarks)
  const missing = data.length - finite.length
  const { tickSize, labelSize } = theme
  const range = paddedRange([colours.from, colours.to], 0)
  const widest = Math.max(...labels.rows.map((label) => textWidth(label, tickSize)))
  const left = widest + tickSize * 1.8 + labelSize * 1.9
  const [top, bottom] = [tickSize, tickSize * 1.9 + labelSize * 1.5]
  const bar = colourBar(theme, {
    title: input.valueTitle,
    range,
    ticks: ticksOver(scale, range),
    map: colours.map,
    top,
    bottom,
    gridIndex: 1,
    xAxisIndex: 1,
    yAxisIndex: 1,
  })
  return {
    option: {
      ...baseOption(theme),
      grid: [{ outerBoundsMode: 'none', top, bottom, left, right: bar.room, borderWidth: 0 }, bar.grid],
      xAxis: [{ ...categoryAxis(theme, input.columnTitle, labels.columns), position: 'bottom' }, bar.xAxis],
      yAxis: [{ ...categoryAxis(theme, input.rowTitle, labels.rows), inverse: true, position: 'left' }, bar.yAxis],
      tooltip: itemTooltip(theme),
      visualMap: {
        show: false,
        seriesIndex: 0,
        dimension: 2,
        min: colours.from,
        max: colours.to,
        inRange: { color: [...colours.map] },
      },
      series: [
        heatmapSeries(theme, cells, (input.written ?? true) && Math.max(rows, columns) <= MOST_WRITTEN),
        bar.series,
      ],
    },
    notes: [
      ...(step > 1
        ? [`${rows} × ${columns} of ${input.rows} × ${input.columns} cells drawn (largest of each block)`]
        : []),
      ...(missing > 0
        ? [`${missing} ${missing === 1 ? 'cell' : 'cells'} ${input.emptyCells ?? 'not finite'}, left empty`]
        : []),
    ],
  }
}

interface Blocks {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
  /** Cells per block and side. */
  readonly step: number
}
interface Cell {
  readonly value: [column: number, row: number, position: number]
  readonly text: string
  readonly name: string
  readonly colour: string
}

/** Of every block the value with the largest size, so that no extreme disappears. */
function reduceToBlocks({ rows, columns, data }: HeatmapInput): Blocks {
  const step = Math.ceil(Math.max(rows, columns, 1) / MOST_CELLS_PER_SIDE)
  if (step === 1) return { rows, columns, data, step }
  const [blockRows, blockColumns] = [Math.ceil(rows / step), Math.ceil(columns / step)]
  const reduced = new Float64Array(blockRows * blockColumns).fill(NaN)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = Math.floor(row / step) * blockColumns + Math.floor(column / step)
      const value = data[row * columns + column]!
      if (!(Math.abs(reduced[block]!) >= Math.abs(value))) reduced[block] = value
    }
  }
  return { rows: blockRows, columns: blockColumns, data: reduced, step }
}

function cellsOf(
  { rows, columns, data, step }: Blocks,
  { from, to, map }: ColourRange,
  scale: Scale,
  labels: { readonly rows: readonly string[]; readonly columns: readonly string[] },
  remarks: readonly string[] | undefined,
): Cell[] {
  const cells: Cell[] = []
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column]!
      if (!Number.isFinite(value)) continue
      const position = scale.forward(value)
      const colour = colourAt(map, (position - from) / (to - from))
      // Blocks of cells have no remark of their own.
      const remark = step === 1 ? remarks?.[row * columns + column] : undefined
      const name = `${labels.rows[row]}, ${labels.columns[column]}: ${[formatNumber(value), remark].filter(Boolean).join(', ')}`
      const text = [formatNumber(value, 2), remark].filter(Boolean).join('\n')
      cells.push({ value: [column, row, position], text, name, colour })
    }
  }
  return cells
}

function heatmapSeries(theme: ChartTheme, cells: readonly Cell[], isWritten: boolean): HeatmapSeriesOption {
  return {
    type: 'heatmap',
    data: cells.map(({ value, text, name, colour }) => ({
      value,
      name,
      label: { show: isWritten, color: inkOn(colour), formatter: text, fontSize: theme.tickSize },
    })),
    emphasis: { disabled: true },
    progressive: 0,
  }
}

/** Of every block the label of its first row or column. */
function axisLabels(given: readonly string[] | undefined, count: number, step: number): string[] {
  return Array.from({ length: count }, (_, i) => given?.[i * step] ?? String(i * step + 1))
}

function categoryAxis(theme: ChartTheme, title: string, labels: readonly string[]) {
  return {
    type: 'category',
    data: labels.slice(),
    ...axisName(theme, title),
    nameGap: theme.labelSize * 0.6,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: theme.text, fontSize: theme.tickSize, hideOverlap: true },
    splitArea: { show: false },
  } as const
}
