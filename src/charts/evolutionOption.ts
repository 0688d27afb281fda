import type { CustomSeriesOption } from 'echarts'
import { colourBar } from './colourBar'
import { colourAt, colourRange, type ColourRange } from './colourMaps'
import { currentStepMark } from './curves'
import { cellName, evolutionGrid, type EvolutionGrid, type EvolutionInput } from './evolutionGrid'
import { baseOption, paddedRange, textWidth, ticksOver, yAxes, type AxisRange, type DrawnMark } from './frame'
import { wholeTicks } from './scale'
import type { ChartTheme } from './theme'
import { itemTooltip } from './tooltip'

/** More cells make a file that no program opens gladly. */
const MOST_CELLS = { mostRows: 128, mostColumns: 160 }

/** Every component of a vector over the steps as a heatmap: component 1 on top, the values in the colour. */
export function evolutionOption(input: EvolutionInput, theme: ChartTheme): DrawnMark {
  const grid = evolutionGrid(input, theme, MOST_CELLS)
  const { axis, scale, components } = grid
  const colours = colourRange(grid.positions.filter(Number.isFinite), scale.kind)
  const { tickSize, labelSize } = theme
  const range = paddedRange([colours.from, colours.to], 0)
  const rows: AxisRange = { from: 0.5, to: Math.max(1, components) + 0.5 }
  const left = textWidth(String(components), tickSize) + tickSize * 1.2 + labelSize * 2
  const [top, bottom] = [tickSize, tickSize * 1.9 + labelSize * 1.5]
  const bar = colourBar(theme, {
    title: input.valueTitle,
    range,
    ticks: ticksOver(scale, range),
    map: colours.map,
    top,
    bottom,
    gridIndex: 1,
    xAxisIndex: 2,
    yAxisIndex: 2,
  })
  const indexAxes = yAxes(theme, input.indexTitle, rows, wholeTicks(rows.from, rows.to))
  const axisBreak = axis.breakMark(theme, rows.to)
  return {
    option: {
      ...baseOption(theme),
      grid: [{ outerBoundsMode: 'none', top, bottom, left, right: bar.room, borderWidth: 0 }, bar.grid],
      xAxis: [...axis.axes, bar.xAxis],
      yAxis: [...indexAxes.map((indexAxis) => ({ ...indexAxis, inverse: true })), bar.yAxis],
      tooltip: itemTooltip(theme),
      series: [
        cellSeries(grid, colours),
        ...currentStepMark(theme, axis, input.currentStep),
        ...(axisBreak ? [axisBreak] : []),
        bar.series,
      ],
    },
    notes: grid.notes,
  }
}

/** A cell reaches halfway to its neighbours, so that unequal distances between steps stay what they are. */
function cellSeries(grid: EvolutionGrid, { from, to, map }: ColourRange): CustomSeriesOption {
  const { steps, indices, positions, components } = grid
  const x = edgesBetween(steps.map(grid.axis.position), grid.axis.range)
  const y = [...indices, components + 1].map((index) => index - 0.5)
  const cells = indices.flatMap((_, row) =>
    steps.flatMap((_, column) => {
      const position = positions[row * steps.length + column]!
      if (Number.isNaN(position)) return []
      const colour = colourAt(map, (position - from) / (to - from))
      return [{ name: cellName(grid, row, column), value: [x[column]!, x[column + 1]!, y[row]!, y[row + 1]!], colour }]
    }),
  )
  return {
    type: 'custom',
    data: cells.map(({ name, value }) => ({ name, value })),
    encode: { x: [0, 1], y: [2, 3] },
    progressive: 0,
    renderItem({ dataIndex }, api) {
      const [x0, x1, y0, y1] = [0, 1, 2, 3].map((dimension) => Number(api.value(dimension)))
      const [left = 0, top = 0] = api.coord([x0!, y0!])
      const [right = 0, bottom = 0] = api.coord([x1!, y1!])
      // Half a pixel of overlap: between cells that only touch, the ground would shine through.
      const shape = { x: left, y: top, width: right - left + 0.5, height: bottom - top + 0.5 }
      return { type: 'rect', shape, style: { fill: cells[dataIndex]!.colour } }
    },
  }
}

/** Midpoints between neighbours, and the ends of the axis at either side. */
function edgesBetween(positions: readonly number[], range: AxisRange): number[] {
  const middles = positions.slice(1).map((position, i) => (position + positions[i]!) / 2)
  return [range.from, ...middles, range.to]
}
