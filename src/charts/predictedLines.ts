import type { LineSeriesOption } from 'echarts'
import { MOST_DIRECT_LABELS } from './curves'
import { formatNumber } from './format'
import { type AxisRange, exactMarks, labelGround, textWidth } from './frame'
import type { Scale } from './scale'
import type { ChartTheme } from './theme'

/** One value that theory predicts, drawn as a dashed level. */
export interface PredictedLevel {
  readonly value: number
  readonly label: string
}

/** Levels drawn once each: layers often share one predicted value. */
export function distinctLevels(levels: readonly PredictedLevel[]): PredictedLevel[] {
  const distinct: PredictedLevel[] = []
  for (const level of levels) {
    const same = distinct.some(({ value }) => Math.abs(value - level.value) <= 1e-9 * Math.abs(level.value))
    if (!same) distinct.push(level)
  }
  return distinct
}

/** Where curves and axes lie: what a label has to keep clear of. */
export interface PlotArea {
  readonly x: AxisRange
  readonly y: AxisRange
  /** [x position, y position, …] of every drawn point. */
  readonly points: readonly (readonly (number | null)[])[]
}

/** Dashed levels across the plot in the text colour, each with its label where fewest curves pass. */
export function predictedLines(
  theme: ChartTheme,
  levels: readonly PredictedLevel[],
  scale: Scale,
  area: PlotArea,
): NonNullable<LineSeriesOption['markLine']> {
  const drawable = distinctLevels(levels).filter(({ value }) => Number.isFinite(scale.forward(value)))
  const texts = drawable.map(
    ({ value, label }) => `predicted ${label === '' ? '' : `${label} = `}${formatNumber(value)}`,
  )
  const places = levelLabelPlaces(
    drawable.map(({ value }, i) => ({ level: scale.forward(value), width: textWidth(texts[i]!, theme.tickSize) })),
    area,
  )
  return {
    ...exactMarks,
    lineStyle: { type: [4, 3], color: theme.text, width: theme.lineWidth * 0.75, opacity: 1 },
    label: {
      show: drawable.length <= MOST_DIRECT_LABELS,
      color: theme.text,
      fontSize: theme.tickSize,
      fontFamily: theme.fontFamily,
      distance: theme.tickSize * 0.3,
      ...labelGround(theme),
    },
    data: drawable.map(({ value, label }, i) => ({
      yAxis: scale.forward(value),
      name: label,
      label: { formatter: texts[i]!, position: places[i]! },
    })),
  }
}

/** Plot size in px that places are judged by; real panels are of this order. */
const JUDGED_PLOT = { width: 300, height: 180 }
const JUDGED_LINE = 16

const LEVEL_PLACES = [
  { position: 'insideStartTop', along: 0, side: 1 },
  { position: 'insideStartBottom', along: 0, side: -1 },
  { position: 'insideMiddleTop', along: 0.5, side: 1 },
  { position: 'insideMiddleBottom', along: 0.5, side: -1 },
  { position: 'insideEndTop', along: 1, side: 1 },
  { position: 'insideEndBottom', along: 1, side: -1 },
] as const

/** Inside the plot, clear of labels placed before, over as few points as can be. */
function levelLabelPlaces(labels: readonly { level: number; width: number }[], { x, y, points }: PlotArea) {
  const height = JUDGED_LINE / JUDGED_PLOT.height
  const spots = points.flatMap(([px, py]) =>
    typeof px === 'number' && typeof py === 'number' ? [{ x: fractionOf(x, px), y: fractionOf(y, py) }] : [],
  )
  const taken: Box[] = []
  return labels.map(({ level, width }) => {
    const share = Math.min(1, width / JUDGED_PLOT.width)
    const candidates = LEVEL_PLACES.map(({ position, along, side }) => {
      const left = along * (1 - share)
      const at = fractionOf(y, level)
      const box = {
        left,
        right: left + share,
        bottom: at + Math.min(0, side) * height,
        top: at + Math.max(0, side) * height,
      }
      const covered = spots.filter((spot) => isInside(spot, box)).length
      const isOutside = box.bottom < 0 || box.top > 1
      const collides = taken.some((other) => overlap(other, box))
      return { position, box, cost: covered + (isOutside || collides ? Infinity : 0) }
    })
    const best = candidates.reduce((least, candidate) => (candidate.cost < least.cost ? candidate : least))
    taken.push(best.box)
    return best.position
  })
}

interface Box {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

function isInside(spot: { x: number; y: number }, { left, right, bottom, top }: Box): boolean {
  return spot.x >= left && spot.x <= right && spot.y >= bottom && spot.y <= top
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.bottom < b.top && b.bottom < a.top
}

function fractionOf({ from, to }: AxisRange, position: number): number {
  return (position - from) / (to - from)
}
