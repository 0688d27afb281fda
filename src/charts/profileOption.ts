import type { LineSeriesOption, ScatterSeriesOption } from 'echarts'
import type { ValueScale } from '#shared/figure'
import { LabError } from '#shared/errors'
import { lineFit, type LineFit } from '#shared/lineFit'
import { curveNotes } from './curves'
import { endLabel, labelRoom } from './directLabels'
import { formatNumber } from './format'
import { baseOption, gridOption, paddedRange, positionsOf, ticksOver, xAxes, yAxes, type DrawnMark } from './frame'
import { relativeError } from './relativeError'
import { scaleOver, wholeTicks } from './scale'
import { groupColour, type ChartTheme } from './theme'
import { itemTooltip } from './tooltip'

/** One scalar of every layer at one step. */
export interface ProfileInput {
  readonly layers: readonly number[]
  readonly values: Float64Array
  /** What theory says, for the layers it speaks of. */
  readonly predicted: readonly { readonly layer: number; readonly value: number }[]
  /** The first layer of the fitted line; null for none. */
  readonly fittedFrom: number | null
  readonly yTitle: string
  readonly yScale: ValueScale
}

/** A straight line through the values, or through their natural logarithms where the axis is logarithmic. */
export interface ProfileFit extends LineFit {
  readonly isLogarithmic: boolean
  /** Layers from the first to the last that were fitted. */
  readonly layers: readonly number[]
}

/**
 * A quantity over the layers: measured points, the fitted straight line, and theory hollow and dashed. On a log axis a
 * straight line is a constant factor per layer (the law of equi-separation; He & Su 2022, arXiv:2210.17020).
 */
export function profileOption(input: ProfileInput, theme: ChartTheme): DrawnMark {
  const { layers, values, predicted } = input
  const scale = scaleOver(input.yScale, [values])
  const { positions, missing } = positionsOf(scale, values)
  const fit = profileFit(input)
  const theory = predicted.map(({ layer, value }) => [layer, scale.forward(value)])
  const finite = [...positions, ...theory.map(([, position]) => position!)].filter(Number.isFinite)
  const [first, last] = [Math.min(...layers), Math.max(...layers)]
  const [x, y] = [paddedRange([first, last], 0.06), paddedRange(finite, 0.08)]
  const colour = groupColour(theme, 0)
  const measured: ScatterSeriesOption = {
    type: 'scatter',
    data: layers.map((layer, i) => ({
      name: `layer ${layer}: ${formatNumber(values[i]!)}`,
      value: [layer, Number.isNaN(positions[i]!) ? '-' : positions[i]!],
    })),
    symbolSize: theme.markerSize * 1.4,
    itemStyle: { color: colour },
    z: 4,
  }
  return {
    option: {
      ...baseOption(theme),
      grid: gridOption(theme, labelRoom(theme, predicted.length > 0 ? ['predicted'] : [])),
      xAxis: xAxes(theme, 'layer l', x, wholeTicks(x.from, x.to, 8)),
      yAxis: yAxes(theme, input.yTitle, y, ticksOver(scale, y)),
      tooltip: itemTooltip(theme),
      series: [...(fit ? [fitLine(fit, theme, colour)] : []), ...theoryLine(theory, input, theme), measured],
    },
    notes: curveNotes(layers.length - missing, layers.length, missing, scale),
  }
}

/** Null where no line is wanted or can be fitted: fewer than three layers, equal values, or one without a place on the axis. */
export function profileFit({ layers, values, fittedFrom, yScale }: ProfileInput): ProfileFit | null {
  if (fittedFrom === null) return null
  const isLogarithmic = scaleOver(yScale, [values]).kind === 'log'
  const chosen = layers.flatMap((layer, i) => (layer >= fittedFrom ? [{ layer, value: values[i]! }] : []))
  // The fit counts places 0, 1, 2 …: with a layer missing in between they would be other places.
  if (chosen.some(({ layer }, i) => layer !== chosen[0]!.layer + i)) return null
  try {
    const fit = lineFit(chosen.map(({ value }) => (isLogarithmic ? Math.log(value) : value)))
    return { ...fit, isLogarithmic, layers: chosen.map(({ layer }) => layer) }
  } catch (thrown) {
    if (LabError.from(thrown).code === 'degenerate') return null
    throw thrown
  }
}

/** 'factor 0.021 a layer (slope −3.85), correlation −0.99987, layers 1–5; predicted factor 0.0225, error 6·10⁻²'. */
export function profileReadout(input: ProfileInput): string | null {
  const fit = profileFit(input)
  if (!fit) return null
  const { slope, correlation, layers } = fit
  const theory = predictedSlope(input, fit)
  const error = theory === null ? '' : `\npredicted slope ${formatNumber(theory)}, error ${formatNumber(relativeError(slope, theory), 1)}` // prettier-ignore
  const factor = fit.isLogarithmic ? ` (factor ${formatNumber(Math.exp(slope), 3)})` : ''
  const of = fit.isLogarithmic ? 'slope of the logarithm' : 'slope'
  return `${of} ${formatNumber(slope)} a layer${factor}, correlation ${formatNumber(correlation)} over layers ${layers[0]}–${layers.at(-1)}${error}`
}

function predictedSlope({ predicted }: ProfileInput, { isLogarithmic, layers }: ProfileFit): number | null {
  const values = layers.map((layer) => predicted.find((known) => known.layer === layer)?.value)
  const [from, to] = [values[0], values.at(-1)]
  if (from === undefined || to === undefined || values.includes(undefined)) return null
  return (isLogarithmic ? Math.log(to / from) : to - from) / (layers.length - 1)
}

function fitLine({ slope, intercept, layers, isLogarithmic }: ProfileFit, theme: ChartTheme, colour: string) {
  const unit = isLogarithmic ? Math.LN10 : 1
  return {
    type: 'line',
    data: [0, layers.length - 1].map((place) => [layers[place]!, (intercept + slope * place) / unit]),
    symbol: 'none',
    silent: true,
    lineStyle: { color: colour, width: theme.lineWidth, opacity: 0.55 },
    z: 3,
  } satisfies LineSeriesOption
}

function theoryLine(points: readonly (readonly number[])[], { predicted }: ProfileInput, theme: ChartTheme) {
  if (predicted.length === 0) return []
  return [
    {
      type: 'line',
      data: points.map((value, i) => ({
        name: `layer ${predicted[i]!.layer}: predicted ${formatNumber(predicted[i]!.value, 10)}`,
        value: [...value],
      })),
      symbol: 'emptyCircle',
      symbolSize: theme.markerSize * 2.4,
      lineStyle: { type: [4, 3], color: theme.text, width: theme.lineWidth * 0.75 },
      itemStyle: { color: theme.text, borderColor: theme.text, borderWidth: theme.axisWidth },
      endLabel: endLabel(theme, 'predicted', theme.text),
      emphasis: { disabled: true },
      z: 2,
    } satisfies LineSeriesOption,
  ]
}
