import type { HeatmapSeriesOption, LineSeriesOption } from 'echarts'
import { LabError } from '#shared/errors'
import { colourAt, diverging, inkOn, viridis } from './colourMaps'
import { formatNumber } from './format'
import {
  axisName,
  baseOption,
  brokenTitle,
  paddedRange,
  textWidth,
  ticksOver,
  type AxisRange,
  type DrawnMark,
} from './frame'
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
  const colours = colourRange(finite, scale)
  const labels = {
    rows: axisLabels(input.rowLabels, rows, step),
    columns: axisLabels(input.columnLabels, columns, step),
  }
  const cells = cellsOf({ rows, columns, data, step }, colours, scale, labels)
  const missing = data.length - finite.length
  const { tickSize, labelSize } = theme
  const bar = paddedRange([colours.from, colours.to], 0)
  const barTicks = ticksOver(scale, bar)
  const valueTitle = brokenTitle(input.valueTitle, 'y')
  const titleWidth = labelSize * (valueTitle.includes('\n') ? 3.2 : 1.9)
  const right = tickSize * 1.4 + Math.max(...barTicks.major.map((t) => textWidth(t.label, tickSize))) + titleWidth
  const widest = Math.max(...labels.rows.map((label) => textWidth(label, tickSize)))
  const left = widest + tickSize * 1.8 + labelSize * 1.9
  const bottom = tickSize * 1.9 + labelSize * 1.5
  const barWidth = tickSize
  const plain = { outerBoundsMode: 'none', top: tickSize, bottom, borderWidth: 0 } as const
  return {
    option: {
      ...baseOption(theme),
      grid: [
        { ...plain, left, right: right + barWidth + tickSize },
        { ...plain, right, width: barWidth },
      ],
      xAxis: [
        { ...categoryAxis(theme, input.columnTitle, labels.columns), position: 'bottom' },
        { type: 'value', gridIndex: 1, min: 0, max: 1, show: false },
      ],
      yAxis: [
        { ...categoryAxis(theme, input.rowTitle, labels.rows), inverse: true, position: 'left' },
        colourBarAxis(theme, valueTitle, bar),
      ],
      tooltip: itemTooltip(theme),
      visualMap: {
        show: false,
        seriesIndex: 0,
        dimension: 2,
        min: colours.from,
        max: colours.to,
        inRange: { color: [...colours.map] },
      },
      series: [heatmapSeries(theme, cells, rows, columns), colourBar(bar, colours)],
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

  function colourBarAxis(t: ChartTheme, title: string, range: AxisRange) {
    const positions = barTicks.major.map((tick) => tick.position)
    const labels = new Map(barTicks.major.map((tick) => [tick.position, tick.label]))
    const stroke = { color: t.quiet, width: t.axisWidth }
    return {
      type: 'value',
      gridIndex: 1,
      position: 'right',
      min: range.from,
      max: range.to,
      ...axisName(t, title),
      nameRotate: 90,
      nameGap: t.labelSize * 0.6,
      axisLine: { show: true, lineStyle: stroke },
      axisTick: { show: true, length: t.tickSize * 0.35, lineStyle: stroke, customValues: positions },
      axisLabel: {
        color: t.text,
        fontSize: t.tickSize,
        customValues: positions,
        hideOverlap: true,
        formatter: (position: number) => labels.get(position) ?? '',
      },
      splitLine: { show: false },
    } as const
  }
}

interface Blocks {
  readonly rows: number
  readonly columns: number
  readonly data: Float64Array
  /** Cells per block and side. */
  readonly step: number
}
interface ColourRange extends AxisRange {
  readonly map: readonly string[]
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

/**
 * Signed values get a diverging map centred on 0, all others viridis between 0 and the extreme: stretched over a range
 * that is narrow beside its distance from 0, rounding would look like structure.
 */
function colourRange(finite: Float64Array, scale: Scale): ColourRange {
  const from = finite.reduce((min, value) => Math.min(min, value), Infinity)
  const to = finite.reduce((max, value) => Math.max(max, value), -Infinity)
  if (from > to) return { from: 0, to: 1, map: viridis }
  if (scale.kind === 'log') return { ...paddedRange([from, to].map(scale.forward), 0), map: viridis }
  // A negative part below a hundred-thousandth is rounding, not a sign worth a colour map.
  const isSigned = from < -1e-5 * Math.abs(to) && to > 0
  const reach = Math.max(-from, to)
  if (isSigned) return { from: -reach, to: reach, map: diverging }
  if (to > 0) return { from: 0, to: rounded(to), map: viridis }
  return from < 0 ? { from: rounded(from), to: 0, map: viridis } : { from: 0, to: 1, map: viridis }
}

/** To four digits: an extreme of 0.99999 stands on a bar that ends with its tick at 1. */
function rounded(extreme: number): number {
  return Number(extreme.toPrecision(4))
}

function cellsOf(
  { rows, columns, data }: Blocks,
  { from, to, map }: ColourRange,
  scale: Scale,
  labels: { readonly rows: readonly string[]; readonly columns: readonly string[] },
): Cell[] {
  const cells: Cell[] = []
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column]!
      if (!Number.isFinite(value)) continue
      const position = scale.forward(value)
      const colour = colourAt(map, (position - from) / (to - from))
      const name = `${labels.rows[row]}, ${labels.columns[column]}: ${formatNumber(value)}`
      cells.push({ value: [column, row, position], text: formatNumber(value, 2), name, colour })
    }
  }
  return cells
}

function heatmapSeries(theme: ChartTheme, cells: readonly Cell[], rows: number, columns: number): HeatmapSeriesOption {
  const isWritten = Math.max(rows, columns) <= MOST_WRITTEN
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

/** The map as one gradient from the bottom to the top of its own small plot. */
function colourBar(range: AxisRange, { map }: ColourRange): LineSeriesOption {
  return {
    type: 'line',
    xAxisIndex: 1,
    yAxisIndex: 1,
    data: [
      [0, range.to],
      [1, range.to],
    ],
    symbol: 'none',
    silent: true,
    lineStyle: { width: 0 },
    itemStyle: { color: map[0]! },
    areaStyle: {
      origin: 'start',
      opacity: 1,
      color: {
        type: 'linear',
        x: 0,
        y: 1,
        x2: 0,
        y2: 0,
        colorStops: map.map((color, i) => ({ offset: i / (map.length - 1), color })),
      },
    },
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
