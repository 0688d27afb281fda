import type { Condition, Interval, NumberTest, Operand, TextTest } from '#shared/filter/condition'
import type { RunColor } from '#shared/contract/runs'
import type { RunStatus } from '#shared/contract/index'

/** What a filter can see of one run, kept in memory: the other side of the comparison with SQL. */
export interface FilterRun {
  readonly name: string
  readonly system: string
  readonly seed: number
  readonly status: RunStatus
  readonly params: Readonly<Record<string, number | string>>
  /** By quantity and layer: values at the steps 0, 10, 20 … */
  readonly metrics: readonly { quantity: string; layer: number | null; values: readonly number[] }[]
  readonly star: boolean
  readonly color: RunColor | null
  readonly tags: readonly string[]
  readonly note: string
  readonly claims: readonly { id: string; holds: boolean }[]
}

/** How far apart the measured steps are. */
export const STEP = 10

/** Whether a run fulfils a condition, by the meaning of the language and without SQL. */
export function fulfils(run: FilterRun, condition: Condition): boolean {
  switch (condition.type) {
    case 'and':
      return condition.parts.every((part) => fulfils(run, part))
    case 'or':
      return condition.parts.some((part) => fulfils(run, part))
    case 'not':
      return !fulfils(run, condition.part)
    case 'star':
      return run.star
    case 'word':
      return [run.name, run.system, run.note, ...run.tags].some((text) => contains(text, condition.text))
    case 'compare': {
      const { operand, test } = condition
      return test.of === 'number' ? passesNumber(numberOf(run, operand), test) : passesText(run, operand, test)
    }
    default:
      return condition satisfies never
  }
}

function passesNumber(value: number | null, test: NumberTest): boolean {
  if (value === null) return false
  const matches = Number.isNaN(value) ? test.nan : test.intervals.some((interval) => isIn(interval, value))
  return matches !== test.outside
}

function isIn({ from, to, withoutFrom, withoutTo }: Interval, value: number): boolean {
  return (withoutFrom ? value > from : value >= from) && (withoutTo ? value < to : value <= to)
}

function passesText(run: FilterRun, operand: Operand, test: TextTest): boolean {
  const texts = textsOf(run, operand)
  const isList = operand.kind === 'run' && ['tag', 'holds', 'fails'].includes(operand.field)
  if (texts.length === 0 && !isList) return false
  const matches = texts.some((text) =>
    test.values.some((value) =>
      test.how === 'equals' ? asciiLower(text) === asciiLower(value) : contains(text, value),
    ),
  )
  return matches !== test.outside
}

export function numberOf(run: FilterRun, operand: Operand): number | null {
  if (operand.kind === 'run') return operand.field === 'seed' ? run.seed : null
  if (operand.kind === 'param') {
    const value = operand.names.map((name) => run.params[name]).find((found) => typeof found === 'number')
    return typeof value === 'number' ? value : null
  }
  const { quantity, layer, reading } = operand
  const values = run.metrics.find((metric) => metric.quantity === quantity && metric.layer === layer)?.values ?? []
  const numbers = values.filter((value) => !Number.isNaN(value))
  switch (reading.of) {
    case 'last':
      return values.at(-1) ?? null
    case 'min':
      return numbers.length > 0 ? Math.min(...numbers) : null
    case 'max':
      return numbers.length > 0 ? Math.max(...numbers) : null
    case 'step':
      return values[Math.min(Math.floor(reading.step / STEP), values.length - 1)] ?? null
    default:
      return reading satisfies never
  }
}

export function textsOf(run: FilterRun, operand: Operand): readonly string[] {
  if (operand.kind === 'param') {
    const value = operand.names.map((name) => run.params[name]).find((found) => typeof found === 'string')
    return typeof value === 'string' ? [value] : []
  }
  if (operand.kind === 'metric') return []
  const failed = run.claims.filter(({ holds }) => !holds)
  const claims = run.claims.length === 0 ? 'unchecked' : failed.length > 0 ? 'fail' : 'hold'
  const texts: Readonly<Partial<Record<typeof operand.field, readonly string[]>>> = {
    name: [run.name],
    system: [run.system],
    status: [run.status],
    note: run.note === '' ? [] : [run.note],
    color: run.color === null ? [] : [run.color],
    star: [run.star ? 'yes' : 'no'],
    tag: run.tags,
    claims: [claims],
    holds: run.claims.filter(({ holds }) => holds).map(({ id }) => id),
    fails: failed.map(({ id }) => id),
  }
  return texts[operand.field] ?? []
}

function contains(text: string, part: string): boolean {
  return asciiLower(text).includes(asciiLower(part))
}

export function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}
