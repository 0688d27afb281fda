import type { LineSeriesOption, ScatterSeriesOption } from 'echarts'
import type { TheoryCurve, TheoryFigure } from '#shared/theoryFigure'
import { MOST_DIRECT_LABELS } from './curves'
import { endLabel, labelRoom } from './directLabels'
import { formatNumber } from './format'
import { axisTitle, baseOption, gridOption, paddedRange, ticksOver, xAxes, yAxes, type DrawnMark } from './frame'
import { linearScale, logScale, wholeTicks, type Scale } from './scale'
import { groupColour, type ChartTheme } from './theme'
import { thresholdMarks } from './thresholdMarks'
import { crosshairTooltip } from './tooltip'

/**
 * Curves of the theory over one parameter with the chosen points on them: solid where training can end, broken where it
 * cannot; thresholds are thin lines across the plot, named at their upper end.
 *
 * @param chosen values of the x parameter that stand in the designer; those outside the axis are said, not drawn
 */
export function theoryOption(figure: TheoryFigure, chosen: readonly number[], theme: ChartTheme): DrawnMark {
  const [xScale, yScale] = [scaleOf(figure.x.scale), scaleOf(figure.y.scale)]
  const xs = figure.x.values.map((value) => xScale.forward(value))
  const drawn = figure.curves.map((curve) => ({ curve, ys: positionsOf(curve, yScale) }))
  const [xRange, yRange] = [paddedRange(xs, 0.02), paddedRange(drawn.flatMap(({ ys }) => ys.flatMap((y) => y ?? [])))]
  const named = namedCurves(figure.curves)
  const lines = drawn.map(({ curve, ys }, i): LineSeriesOption => {
    const colour = colourIn(theme, figure.curves, i)
    return {
      type: 'line',
      name: curve.label,
      data: xs.map((x, k) => [x, ys[k] ?? null, figure.x.values[k]!, curve.y[k] ?? null]),
      showSymbol: false,
      lineStyle: { color: colour, width: theme.lineWidth, type: curve.unstable ? [4, 3] : 'solid' },
      itemStyle: { color: colour },
      emphasis: { disabled: true },
      labelLayout: { moveOverlap: 'shiftY' },
      ...(named.includes(curve) && { endLabel: endLabel(theme, curve.label, colour) }),
    }
  })
  const inside = chosen.filter((value) => isInside(xScale.forward(value), xs))
  const points = drawn.flatMap(({ curve, ys }, i): ScatterSeriesOption[] => {
    if (curve.unstable) return []
    const data = inside.flatMap((value) => {
      const x = xScale.forward(value)
      const y = interpolated(xs, ys, x)
      return y === null ? [] : [[x, y]]
    })
    return [chosenPoints(theme, data, colourIn(theme, figure.curves, i))]
  })
  const marks = thresholdMarks(theme, figure.marks, xScale, xRange)
  const isWhole = figure.x.scale === 'linear' && figure.x.values.every(Number.isInteger)
  const xTicks = isWhole ? wholeTicks(xRange.from, xRange.to) : ticksOver(xScale, xRange)
  const room = labelRoom(
    theme,
    named.map(({ label }) => label),
  )
  return {
    option: {
      ...baseOption(theme),
      grid: { ...gridOption(theme, room), ...(marks.room > 0 && { top: marks.room }) },
      xAxis: xAxes(theme, titleOf(figure.x), xRange, xTicks),
      yAxis: yAxes(theme, titleOf(figure.y), yRange, ticksOver(yScale, yRange)),
      tooltip: crosshairTooltip(theme, figure.x.label),
      series: [...lines, ...points, marks.series],
    },
    notes:
      inside.length < chosen.length ? [`${chosen.length - inside.length} of ${chosen.length} points off the axis`] : [],
  }
}

/**
 * What the theory says at one value of x, for a readout: 'λ = 0.005: minimum 0.9384'; curves that do not exist there are
 * left out. Between the computed values of x the curve is read off linearly in the positions on its axes.
 */
export function theoryReadout(figure: TheoryFigure, at: number): string | null {
  const [xScale, yScale] = [scaleOf(figure.x.scale), scaleOf(figure.y.scale)]
  const xs = figure.x.values.map((value) => xScale.forward(value))
  const values = figure.curves.flatMap((curve) => {
    const y = curve.unstable ? null : interpolated(xs, positionsOf(curve, yScale), xScale.forward(at))
    return y === null ? [] : [`${curve.label} ${formatNumber(yScale.inverse(y), 4)}`]
  })
  return values.length === 0 ? null : `${figure.x.label} = ${formatNumber(at)}: ${values.join(', ')}`
}

function titleOf({ name, label }: Pick<TheoryFigure['x'], 'name' | 'label'>): string {
  return name === undefined ? label : axisTitle(name, label, '')
}

function scaleOf(kind: 'linear' | 'log'): Scale {
  return kind === 'log' ? logScale : linearScale
}

function positionsOf(curve: TheoryCurve, scale: Scale): (number | null)[] {
  return curve.y.map((value) => {
    const position = value === null ? NaN : scale.forward(value)
    return Number.isFinite(position) ? position : null
  })
}

function isInside(x: number, xs: readonly number[]): boolean {
  const slack = 1e-9 * Math.abs(xs.at(-1)! - xs[0]!)
  return x >= xs[0]! - slack && x <= xs.at(-1)! + slack
}

/** Null between a value and a gap: where the curve ends is not known closer than the grid. */
function interpolated(xs: readonly number[], ys: readonly (number | null)[], x: number): number | null {
  if (!isInside(x, xs)) return null
  const i = Math.min(
    Math.max(
      0,
      xs.findLastIndex((candidate) => candidate <= x),
    ),
    xs.length - 2,
  )
  const [left, right] = [ys[i] ?? null, ys[i + 1] ?? null]
  const share = xs.length < 2 ? 0 : (x - xs[i]!) / (xs[i + 1]! - xs[i]!)
  if (share === 0 || right === null) return share < 1e-9 ? left : null
  if (left === null) return share > 1 - 1e-9 ? right : null
  return left + share * (right - left)
}

/** Broken branches share the colour of the solid one before them. */
function colourIn(theme: ChartTheme, curves: readonly TheoryCurve[], i: number): string {
  const solidBefore = curves.slice(0, i + 1).filter((curve) => !curve.unstable).length
  return groupColour(theme, Math.max(0, solidBefore - 1))
}

function namedCurves(curves: readonly TheoryCurve[]): readonly TheoryCurve[] {
  return curves.length > 1 && curves.length <= MOST_DIRECT_LABELS + 1 ? curves : []
}

/** Hollow, as predictions are everywhere: what was chosen, not what was measured. */
function chosenPoints(theme: ChartTheme, data: number[][], colour: string): ScatterSeriesOption {
  return {
    type: 'scatter',
    data,
    silent: true,
    z: 5,
    symbol: 'circle',
    symbolSize: theme.markerSize * 1.5,
    itemStyle: { color: theme.background, borderColor: colour, borderWidth: theme.lineWidth },
    tooltip: { show: false },
  }
}
