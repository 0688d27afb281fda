import type { CustomSeriesOption, CustomSeriesRenderItemReturn } from 'echarts'
import { colourAt, viridis } from './colourMaps'
import { cellName, evolutionGrid, type EvolutionGrid, type EvolutionInput } from './evolutionGrid'
import { baseOption, brokenTitle, paddedRange, textWidth, ticksOver, type AxisRange, type DrawnMark } from './frame'
import { mathStyles, richMath } from './mathText'
import type { Projected, View } from './projection'
import { wholeTicks, type Ticks } from './scale'
import { surfaceScene, type Edge, type Facet, type Scene } from './surfaceScene'
import type { ChartTheme } from './theme'
import { itemTooltip } from './tooltip'

/** Narrower patches are thinner than the lines around them. */
const MOST_PATCHES = { mostRows: 64, mostColumns: 80 }

/**
 * Every component of a vector over the steps as a surface: steps, components and values along the sides of a box. Drawn
 * by projecting it ourselves into polygons, so that screen, SVG and PNG show the same.
 */
export function surfaceOption(input: EvolutionInput, theme: ChartTheme, view: View): DrawnMark {
  const grid = evolutionGrid(input, theme, MOST_PATCHES)
  const { axis, scale, steps, indices, positions } = grid
  // Heights on a linear scale stand on 0: a surface that is nearly flat would else fill the box with its rounding.
  const ground = scale.kind === 'linear' ? [0] : []
  const heights = paddedRange([...ground, ...positions.filter(Number.isFinite)], 0)
  const columns = steps.map(axis.position)
  const x = spanOf(columns)
  const y = spanOf(indices)
  const scene = surfaceScene(
    {
      columns,
      rows: indices,
      heights: positions,
      x: { ...x, ticks: inside(axis.ticks, x), title: 'step' },
      y: { ...y, ticks: wholeTicks(y.from, y.to), title: input.indexTitle },
      z: { ...heights, ticks: ticksOver(scale, heights, 4), title: brokenTitle(input.valueTitle, 'y') },
      marked: markedColumn(steps, input.currentStep),
    },
    view,
  )
  const series = {
    type: 'custom',
    coordinateSystem: 'none',
    progressive: 0,
    ...sceneSeries(scene, grid, theme),
  } as const
  return { option: { ...baseOption(theme), tooltip: itemTooltip(theme), series: [series] }, notes: grid.notes }
}

/** From the first place to the last; a single one still gets an axis. */
function spanOf(places: readonly number[]): AxisRange {
  const [from = 0, to = 1] = [places[0], places.at(-1)]
  return to > from ? { from, to } : { from, to: from + 1 }
}

function inside({ major, minor }: Ticks, { from, to }: AxisRange): Ticks {
  const isInside = (position: number) => position >= from && position <= to
  return { major: major.filter(({ position }) => isInside(position)), minor: minor.filter(isInside) }
}

/** The column measured last at or before the step; none at the last one, whose line would only be the edge. */
function markedColumn(steps: readonly number[], currentStep: number | null): number | null {
  if (currentStep === null || currentStep >= (steps.at(-1) ?? 0)) return null
  const column = steps.findLastIndex((step) => step <= currentStep)
  return column < 0 ? null : column
}

/** The backdrop as the first item of the series, then a polygon or a piece of line for each facet. */
function sceneSeries(
  scene: Scene,
  grid: EvolutionGrid,
  theme: ChartTheme,
): Pick<CustomSeriesOption, 'data' | 'renderItem'> {
  const { facets } = scene
  const facetName = ({ kind, row, column }: Facet) => (kind === 'patch' ? cellName(grid, row, column) : '')
  return {
    data: [
      { name: '', value: [0] },
      ...facets.map((facet, i) => ({
        name: facetName(facet),
        value: [i + 1],
        tooltip: { show: facet.kind === 'patch' },
      })),
    ],
    renderItem({ dataIndex }, api) {
      const frame = frameOf(scene, theme, { width: api.getWidth(), height: api.getHeight() })
      const facet = facets[dataIndex - 1]
      return facet ? facetShape(facet, frame, theme) : backdrop(scene, frame, theme)
    },
  }
}

/** Takes what is seen to pixels. */
interface Frame {
  point(seen: Projected): [x: number, y: number]
  /** A direction of the picture in pixels, of length 1. */
  direction(seen: { readonly right: number; readonly up: number }): [x: number, y: number]
}

/**
 * The same size for every azimuth, so that a turning box neither grows nor shrinks, stretched to the panel as axes of a
 * plane plot are.
 */
function frameOf({ reach, edges }: Scene, theme: ChartTheme, size: { width: number; height: number }): Frame {
  const { tickSize, labelSize } = theme
  const widest = Math.max(...edges.flatMap(({ ticks }) => ticks.map(({ label }) => textWidth(label, tickSize))), 0)
  const sides =
    widest + tickSize * 0.8 + labelSize * 1.2 * (1 + Math.max(...edges.map(({ title }) => title.split('\n').length)))
  const below = tickSize * 1.4 + labelSize * 1.8
  const scale = {
    right: Math.max(1, size.width / 2 - sides) / reach.right,
    up: Math.max(1, (size.height - tickSize - below) / 2) / reach.up,
  }
  const middle = { x: size.width / 2, y: tickSize + reach.up * scale.up }
  return {
    point: ({ right, up }) => [middle.x + right * scale.right, middle.y - up * scale.up],
    direction({ right, up }) {
      // Normals do not keep their direction under a stretch: they scale with the inverse.
      const [x, y] = [right / scale.right, -up / scale.up]
      const length = Math.hypot(x, y) || 1
      return [x / length, y / length]
    },
  }
}

function facetShape(
  { kind, corners, height }: Facet,
  { point }: Frame,
  theme: ChartTheme,
): CustomSeriesRenderItemReturn {
  const points = corners.map(point)
  if (kind === 'mark') {
    return { type: 'polyline', shape: { points }, style: { stroke: theme.accent, lineWidth: theme.lineWidth, fill: 'none' }, silent: true } // prettier-ignore
  }
  const fill = colourAt(viridis, height)
  // Lines of the ground colour between patches show the form; of full strength they would hide narrow patches.
  const style = { fill, stroke: theme.background, lineWidth: theme.axisWidth * 0.35, strokeOpacity: 0.4 }
  return { type: 'polygon', shape: { points }, style }
}

function backdrop({ walls, gridLines, edges }: Scene, frame: Frame, theme: ChartTheme): CustomSeriesRenderItemReturn {
  const { point } = frame
  const thin = { stroke: theme.line, lineWidth: theme.axisWidth, fill: 'none' }
  const polyline = (ends: readonly Projected[], style: typeof thin) =>
    ({ type: 'polyline', shape: { points: ends.map(point) }, style }) as const
  return {
    type: 'group',
    silent: true,
    children: [
      ...walls.map((wall) => polyline([...wall, wall[0]!], thin)),
      ...gridLines.map((ends) => polyline(ends, thin)),
      ...edges.flatMap((edge) => edgeShapes(edge, frame, theme)),
    ],
  }
}

/** Axis line, ticks, their labels and the title along the edge. */
function edgeShapes({ from, to, outward, ticks, title }: Edge, { point, direction }: Frame, theme: ChartTheme) {
  const { tickSize, labelSize } = theme
  const stroke = { stroke: theme.quiet, lineWidth: theme.axisWidth, fill: 'none' }
  const [start, end] = [point(from), point(to)]
  const [nx, ny] = direction(outward)
  const shifted = ([x, y]: [number, number], by: number): [number, number] => [x + nx * by, y + ny * by]
  const polyline = (points: [number, number][]) => ({ type: 'polyline', shape: { points }, style: stroke }) as const
  // Beside an upright edge labels end at the tick; below a flat one they are centred; in between, in between.
  const align = nx < -0.5 ? 'right' : nx > 0.5 ? 'left' : 'center'
  const verticalAlign = ny > 0.5 ? 'top' : ny < -0.5 ? 'bottom' : 'middle'
  const gap = tickSize * 0.45
  const label = { fill: theme.text, fontFamily: theme.fontFamily, fontSize: tickSize, align, verticalAlign } as const
  const widest = Math.max(0, ...ticks.map((tick) => textWidth(tick.label, tickSize)))
  const lines = title.split('\n').length
  const room = gap * 1.6 + Math.abs(nx) * widest + Math.abs(ny) * tickSize + labelSize * (0.2 + 0.65 * lines)
  const [x, y] = shifted([(start[0] + end[0]) / 2, (start[1] + end[1]) / 2], room)
  return [
    polyline([start, end]),
    ...ticks.flatMap(({ at, label: text }) => {
      const [labelX, labelY] = shifted(point(at), gap * 1.4)
      return [
        polyline([point(at), shifted(point(at), gap)]),
        { type: 'text', x: labelX, y: labelY, style: { ...label, text } } as const,
      ]
    }),
    {
      type: 'text',
      x,
      y,
      rotation: uprightAngle(start, end),
      style: {
        text: richMath(title),
        rich: mathStyles(theme.fontFamily, labelSize),
        fill: theme.text,
        fontFamily: theme.fontFamily,
        fontSize: labelSize,
        lineHeight: labelSize * 1.25,
        align: 'center',
        verticalAlign: 'middle',
      },
    } as const,
  ]
}

/** Radians, counted against the clock as ECharts does, by which text along a line reads from left to right or upwards. */
function uprightAngle([x0, y0]: [number, number], [x1, y1]: [number, number]): number {
  const angle = -Math.atan2(y1 - y0, x1 - x0)
  if (angle > Math.PI / 2 + 1e-9) return angle - Math.PI
  return angle < -Math.PI / 2 + 1e-9 ? angle + Math.PI : angle
}
