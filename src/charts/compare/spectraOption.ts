import type { LineSeriesOption, ScatterSeriesOption } from 'echarts'
import type { Prediction } from '#shared/records'
import { curveScale } from '../curves'
import { formatNumber } from '../format'
import { baseOption, gridOption, paddedRange, ticksOver, xAxes, yAxes, type DrawnMark } from '../frame'
import type { Scale } from '../scale'
import { groupEigenvalues, type EigenvalueGroup } from '../spectrumLevels'
import type { ChartTheme } from '../theme'
import { itemTooltip } from '../tooltip'
import type { SeriesStyle } from './seriesStyle'

export interface SpectraInput {
  /** From top to bottom. */
  readonly spectra: readonly {
    readonly label: string
    readonly style: SeriesStyle
    /** Descending. */
    readonly eigenvalues: Float64Array
    readonly levels: Prediction['levels']
  }[]
  readonly xTitle: string
  readonly scale: Scale['kind']
}

/** The part of a row that sticks above its line may fill, and predicted ones below it. */
const [ABOVE, BELOW] = [0.68, 0.24]
const GROUP_TOLERANCE = 1e-3

/** Spectra of several runs in rows over one axis: sticks as high as the log of their copies, predictions dashed below. */
export function spectraOption({ spectra, xTitle, scale: asked }: SpectraInput, theme: ChartTheme): DrawnMark {
  const rows = spectra.map((spectrum) => {
    const known = spectrum.eigenvalues.filter((value) => Number.isFinite(value))
    const largest = known.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    // Below 10⁻⁸ of the largest, differences are rounding and do not split a group.
    return { ...spectrum, known, groups: groupEigenvalues(known, GROUP_TOLERANCE, 1e-8 * largest) }
  })
  const values = rows.flatMap(({ known, levels }) => [known, Float64Array.from(levels, ({ value }) => value)])
  const scale = curveScale(asked, values)
  const places = values.flatMap((some) => Array.from(some, scale.forward)).filter(Number.isFinite)
  const xRange = paddedRange(places)
  const most = Math.max(1, ...rows.flatMap(({ groups, levels }) => [...groups, ...levels].map(({ copies }) => copies)))
  const heightOf = (copies: number) => Math.log1p(copies) / Math.log1p(most)
  const base = (row: number) => rows.length - 1 - row
  const series = rows.flatMap(({ label, style, groups, levels }, row) => [
    ...sticks(groups, {
      label,
      base: base(row),
      reach: ABOVE,
      scale,
      heightOf,
      colour: style.colour,
      theme,
      isPredicted: false,
    }),
    ...sticks(levels, {
      label,
      base: base(row),
      reach: -BELOW,
      scale,
      heightOf,
      colour: theme.text,
      theme,
      isPredicted: true,
    }),
  ])
  const missing = rows.reduce((sum, { known, eigenvalues }) => sum + eigenvalues.length - known.length, 0)
  const ticks = rows.map(({ label }, row) => ({ position: base(row), label }))
  const yRange = { from: -BELOW - 0.1, to: rows.length - 1 + ABOVE + 0.12 }
  return {
    option: {
      ...baseOption(theme),
      grid: gridOption(theme),
      xAxis: xAxes(theme, xTitle, xRange, ticksOver(scale, xRange)),
      yAxis: yAxes(theme, '', yRange, { major: ticks, minor: [] }),
      tooltip: itemTooltip(theme),
      series,
    },
    notes: [
      `sticks up to ${most} ${most === 1 ? 'copy' : 'copies'}, log`,
      ...(missing > 0 ? [`${missing} eigenvalues not finite, not drawn`] : []),
    ],
  }
}

interface StickFrame {
  readonly label: string
  readonly base: number
  readonly reach: number
  readonly scale: Scale
  readonly heightOf: (copies: number) => number
  readonly colour: string
  readonly theme: ChartTheme
  readonly isPredicted: boolean
}

function sticks(groups: readonly EigenvalueGroup[], frame: StickFrame): (LineSeriesOption | ScatterSeriesOption)[] {
  const { theme, colour, base, isPredicted } = frame
  const heads = groups.map(({ value, copies }) => ({
    x: frame.scale.forward(value),
    y: base + frame.reach * frame.heightOf(copies),
    name: `${frame.label}\n${isPredicted ? 'predicted ' : ''}${copies} × ${formatNumber(value, isPredicted ? 10 : 5)}`,
  }))
  return [
    {
      type: 'line',
      data: heads.flatMap(({ x, y }): (number | null)[][] => [
        [x, base],
        [x, y],
        [x, null],
      ]),
      silent: true,
      symbol: 'none',
      lineStyle: {
        color: colour,
        width: theme.lineWidth * (groups.length > 60 ? 0.5 : 1),
        type: isPredicted ? [3, 2] : 'solid',
      },
      markLine: {
        silent: true,
        symbol: 'none',
        animation: false,
        label: { show: false },
        lineStyle: { type: 'solid', color: theme.quiet, width: theme.axisWidth * 0.5 },
        data: [{ yAxis: base }],
      },
      z: 3,
    },
    {
      type: 'scatter',
      symbol: 'circle',
      symbolSize: theme.markerSize * (groups.length > 60 ? 0.6 : 0.9),
      itemStyle: isPredicted
        ? { color: theme.background, borderColor: colour, borderWidth: theme.lineWidth * 0.75, opacity: 1 }
        : { color: colour, opacity: 1 },
      data: heads.map(({ x, y, name }) => ({ value: [x, y], name })),
      z: 4,
    },
  ]
}
