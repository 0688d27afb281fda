import { curveScale } from '../curves'
import { paddedRange, ticksOver, xAxes, type AxisRange } from '../frame'
import type { Scale } from '../scale'
import { brokenLogAxis, type CurveAxis } from '../stepAxis'
import type { ChartTheme } from '../theme'

/** The x axis of curves over any quantity. */
export function curveAxis(
  theme: ChartTheme,
  { title, scale, isWhole }: { readonly title: string; readonly scale: Scale['kind']; readonly isWhole: boolean },
  curves: readonly Float64Array[],
  shown: AxisRange | null,
): CurveAxis {
  const anyPositive = curves.some((values) => values.some((value) => value > 0))
  if (scale === 'log' && anyPositive) return brokenLogAxis(theme, { title, isWhole }, curves, shown)
  const chosen = curveScale(scale === 'log' ? 'linear' : scale, curves)
  const range = shown
    ? { from: chosen.forward(shown.from), to: chosen.forward(shown.to) }
    : paddedRange(finitePositions(chosen, curves), 0.02)
  const ticks = ticksOver(chosen, range)
  return {
    range,
    ticks,
    axes: xAxes(theme, title, range, ticks),
    position: chosen.forward,
    value: chosen.inverse,
    breakMark: () => null,
  }
}

function* finitePositions(scale: Scale, curves: readonly Float64Array[]): Iterable<number> {
  for (const values of curves) {
    for (const value of values) {
      const position = scale.forward(value)
      if (Number.isFinite(position)) yield position
    }
  }
}
