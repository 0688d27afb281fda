import type { Interval } from './condition'
import type { ValueNode } from './tree'

export type ValueType = 'number' | 'time' | 'span'

/** The interval that a value stands for: a point, a range, a whole day. Null where it is no value of this type. */
export function intervalOf({ text, upTo }: Pick<ValueNode, 'text' | 'upTo'>, type: ValueType): Interval | null {
  const first = readers[type](text)
  const last = upTo === null ? first : readers[type](upTo)
  if (!first || !last) return null
  return { from: first.from, to: last.to, withoutFrom: false, withoutTo: last.withoutTo }
}

const readers: Readonly<Record<ValueType, (text: string) => Interval | null>> = {
  number: (text) => point(numberOf(text)),
  span: (text) => point(secondsOf(text)),
  time: timeOf,
}

function point(value: number | null): Interval | null {
  return value === null ? null : { from: value, to: value, withoutFrom: false, withoutTo: false }
}

function numberOf(text: string): number | null {
  const plain = text.replace('−', '-').toLowerCase()
  const named = /^([+-]?)(inf|infinity|∞)$/.exec(plain)
  if (named) return named[1] === '-' ? -Infinity : Infinity
  if (plain === 'nan') return NaN
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(plain) ? Number(plain) : null
}

const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
}

function secondsOf(text: string): number | null {
  const [, amount, unit = 's'] = /^([\d.]+)(s|min|h|d|w)?$/.exec(text) ?? []
  const number = amount === undefined ? null : numberOf(amount)
  const factor = unitSeconds[unit]
  return number === null || factor === undefined ? null : number * factor
}

/** A day, a minute or a second in local time, up to but without the next. Milliseconds since 1970. */
function timeOf(text: string): Interval | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text)
  if (!match) return null
  const parts = match.slice(1)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0))
  const start = new Date(year, month - 1, day, hour, minute, second)
  // 30 February and 25 o'clock would roll over to the next month or day.
  if (start.getMonth() !== month - 1 || start.getDate() !== day || start.getHours() !== hour) return null
  const [withHour, withSecond] = [parts[3] !== undefined, parts[5] !== undefined]
  // The next day by the calendar: one with a change of the clock has 23 or 25 hours.
  const nextDay = new Date(year, month - 1, day + 1).getTime()
  const to = withHour ? start.getTime() + (withSecond ? 1000 : 60_000) : nextDay
  return { from: start.getTime(), to, withoutFrom: false, withoutTo: true }
}
