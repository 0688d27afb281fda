import type { ValueScale } from '#shared/figure'
import { formatNumber, formatPowersOfTen, formatTick } from './format'

/** One labelled tick: where it stands on the transformed axis, and what it says. */
export interface Tick {
  readonly position: number
  readonly label: string
}
export interface Ticks {
  readonly major: readonly Tick[]
  /** Positions of the short ticks without labels. */
  readonly minor: readonly number[]
}

/**
 * How values become positions on an axis. ECharts gets positions on a linear axis and our ticks: it has no symlog
 * axis, and its log axis drops values ≤ 0 without a word.
 */
export interface Scale {
  readonly kind: ValueScale
  /** NaN where the value has no position: zero and negatives on a log scale. */
  forward(value: number): number
  inverse(position: number): number
  /** Ticks between two positions, about `count` of them labelled. */
  ticks(from: number, to: number, count?: number): Ticks
}

export const linearScale: Scale = {
  kind: 'linear',
  forward: (value) => value,
  inverse: (position) => position,
  ticks: (from, to, count = 5) => ({ major: linearTicks(from, to, count), minor: [] }),
}

export const logScale: Scale = {
  kind: 'log',
  forward: (value) => (value > 0 ? Math.log10(value) : NaN),
  inverse: (position) => 10 ** position,
  ticks: logTicks,
}

/**
 * Sign-preserving logarithm: position = sign(v) · log₁₀(1 + |v| / threshold). Close to linear below the threshold,
 * logarithmic above, and smooth in between (Webber 2013, doi:10.1088/0957-0233/24/2/027001, eq. 1).
 */
export function symlogScale(threshold: number): Scale {
  const forward = (value: number) => (Math.sign(value) * Math.log1p(Math.abs(value) / threshold)) / Math.LN10
  return {
    kind: 'symlog',
    forward,
    inverse: (position) => Math.sign(position) * Math.expm1(Math.abs(position) * Math.LN10) * threshold,
    ticks: (from, to, count = 7) => symlogTicks(threshold, forward, from, to, count),
  }
}

/**
 * The scale that was asked for, as far as the values allow it: a log scale needs a positive value, a symlog scale one
 * that is not 0. The linear part of a symlog scale is as wide as the smallest decade worth showing.
 *
 * @param values of everything that shares the axis; what is not finite has no say
 * @param negligible everything up to this part of the largest size counts as zero on a symlog scale
 */
export function scaleOver(asked: ValueScale, values: readonly Float64Array[], negligible = 1e-6): Scale {
  if (asked === 'linear') return linearScale
  if (asked === 'log') return values.some((some) => some.some((value) => value > 0)) ? logScale : linearScale
  const sizes = values.map((some) => some.map(Math.abs).filter(Number.isFinite))
  const largest = sizes.reduce((max, some) => some.reduce((a, b) => Math.max(a, b), max), 0)
  if (largest === 0) return linearScale
  // Down to the smallest value, and always over three decades, because less would look linear.
  const least = (min: number, size: number) => (size > negligible * largest ? Math.min(min, size) : min)
  const smallest = sizes.reduce((min, some) => some.reduce(least, min), 1e-3 * largest)
  return symlogScale(10 ** Math.floor(Math.log10(smallest)))
}

/** A round step of 1, 2 or 5 times a power of ten that cuts the length into about `count` parts. */
export function niceSpacing(length: number, count: number): number {
  const raw = length / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(raw))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw * 0.75) ?? 10
  return factor * power
}

function linearTicks(from: number, to: number, count: number): Tick[] {
  if (!(to > from)) return []
  const spacing = niceSpacing(to - from, count)
  const [first, last] = [Math.ceil(from / spacing - 1e-9), Math.floor(to / spacing + 1e-9)]
  // A range that is narrow beside its distance from 0 has no round numbers that doubles can tell apart.
  if (Math.max(Math.abs(first), Math.abs(last)) > 1e12) return [{ position: from, label: formatNumber(from, 12) }]
  return Array.from({ length: last - first + 1 }, (_, i) => {
    // Through a decimal with few digits, so that 3 · 0.1 is 0.3 and the label and the position agree.
    const position = Number(((first + i) * spacing).toPrecision(14))
    return { position, label: formatTick(position, spacing) }
  })
}

/** Labelled ticks at whole numbers only, for indices and layers. */
export function wholeTicks(from: number, to: number, count = 6): Ticks {
  const ticks = linearTicks(from, to, count).filter(({ position }) => Number.isInteger(position))
  return { major: ticks.map(({ position }) => ({ position, label: String(position) })), minor: [] }
}

function logTicks(from: number, to: number, count = 6): Ticks {
  const [first, last] = [Math.ceil(from - 1e-9), Math.floor(to + 1e-9)]
  // Within less than two decades the powers of ten alone say too little.
  if (last - first < 1) return { major: narrowLogTicks(from, to, count), minor: [] }
  const every = Math.max(1, Math.ceil((last - first + 1) / count))
  const labelled: number[] = []
  const minor: number[] = []
  for (let exponent = first - 1; exponent <= last; exponent++) {
    if (exponent >= first) (exponent % every === 0 ? labelled : minor).push(exponent)
    if (every > 1) continue
    for (let digit = 2; digit <= 9; digit++) {
      const position = exponent + Math.log10(digit)
      if (position >= from && position <= to) minor.push(position)
    }
  }
  const labels = formatPowersOfTen(labelled)
  return { major: labelled.map((position, i) => ({ position, label: labels[i]! })), minor }
}

function narrowLogTicks(from: number, to: number, count: number): Tick[] {
  return linearTicks(10 ** from, 10 ** to, count)
    .filter((tick) => tick.position > 0)
    .map((tick) => ({ position: Math.log10(tick.position), label: tick.label }))
}

/** Part of the axis on either side of 0 where no other label would have room. */
const ROOM_OF_ZERO = 0.1

function symlogTicks(
  threshold: number,
  forward: (value: number) => number,
  from: number,
  to: number,
  count: number,
): Ticks {
  const lowest = Math.ceil(Math.log10(threshold) - 1e-9)
  const reach = Math.max(Math.abs(from), Math.abs(to))
  const highest = Math.floor(Math.log10(threshold) + Math.log10(Math.expm1(reach * Math.LN10)) + 1e-9)
  const inside = (position: number) => position >= from - 1e-9 && position <= to + 1e-9
  // The margin of an axis may reach beyond 0 without having room for a label there.
  const sides = [-1, 1].filter((sign) => inside(sign * forward(10 ** lowest))).length
  const every = Math.max(1, Math.ceil(((highest - lowest + 1) * sides) / count))
  const labelled: { exponent: number; sign: number; position: number }[] = []
  const minor: number[] = []
  for (let exponent = lowest; exponent <= highest; exponent++) {
    for (const sign of [-1, 1]) {
      const position = sign * forward(10 ** exponent)
      // Counted from the top, so that the largest power always has its label.
      const isClearOfZero = !inside(0) || Math.abs(position) > ROOM_OF_ZERO * (to - from)
      if ((highest - exponent) % every === 0 && inside(position) && isClearOfZero) {
        labelled.push({ exponent, sign, position })
      } else if (inside(position)) minor.push(position)
      if (every > 1) continue
      for (let digit = 2; digit <= 9; digit++) {
        const between = sign * forward(digit * 10 ** exponent)
        if (inside(between)) minor.push(between)
      }
    }
  }
  const powers = formatPowersOfTen(labelled.map(({ exponent }) => exponent))
  const major = labelled.map(({ sign, position }, i) => ({ position, label: `${sign < 0 ? '−' : ''}${powers[i]!}` }))
  if (inside(0)) major.push({ position: 0, label: '0' })
  return { major: major.sort((a, b) => a.position - b.position), minor }
}
