import { z } from 'zod'
import { LabError } from './errors'
import { matrixNameIssue, parseMatrixReference, type ImportedMatrix } from './importedMatrix'

/** What every parameter says about itself; forms, sweeps, the CLI's help and the validation are generated from it. */
interface ParamBase {
  readonly label: string
  /** As in the paper: K, n, λ. */
  readonly symbol: string
  readonly help: string
  /** Where the designer puts it. */
  readonly group: ParamGroup
  /** Empty for dimensionless. */
  readonly unit?: string
}
export type ParamGroup = 'model' | 'data' | 'optimiser' | 'analysis'

export interface IntegerParam extends ParamBase {
  readonly type: 'integer'
  readonly default: number
  readonly min: number
  readonly max: number
}
export interface RealParam extends ParamBase {
  readonly type: 'real'
  readonly default: number
  readonly min: number
  readonly max: number
  /** How a range over it is spaced unless told otherwise. */
  readonly scale: 'linear' | 'log'
}
export interface ChoiceParam extends ParamBase {
  readonly type: 'choice'
  readonly default: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
}
/** A list of whole numbers, one per layer or class; `default: []` stands for "as the other parameters say". */
export interface IntegersParam extends ParamBase {
  readonly type: 'integers'
  readonly default: readonly number[]
  /** Bounds of each entry. */
  readonly min: number
  readonly max: number
  readonly maxLength: number
}
/** A list of numbers, as IntegersParam. */
export interface RealsParam extends ParamBase {
  readonly type: 'reals'
  readonly default: readonly number[]
  readonly min: number
  readonly max: number
  readonly maxLength: number
}
/** A matrix that was imported into the project, by its reference; '' stands for none. */
export interface MatrixParam extends ParamBase {
  readonly type: 'matrix'
  readonly default: ''
}
export type ParamDefinition = IntegerParam | RealParam | ChoiceParam | IntegersParam | RealsParam | MatrixParam
export type ParamSchema = Readonly<Record<string, ParamDefinition>>

export type ParamValue = number | string | readonly number[]
export type ParamValues = Readonly<Record<string, ParamValue>>
/**
 * The values of a schema with its own types: numbers for numeric parameters, strings for choices, arrays for lists, and
 * the matrix itself once its reference was resolved.
 */
export type ParamsOf<S extends ParamSchema> = {
  readonly [P in keyof S]: S[P] extends ChoiceParam
    ? string
    : S[P] extends IntegersParam | RealsParam
      ? readonly number[]
      : S[P] extends MatrixParam
        ? string | ImportedMatrix
        : number
}

type WithDefault = 'min' | 'max' | 'scale' | 'maxLength' | 'group'
type Given<T extends ParamDefinition> = Omit<T, 'type' | WithDefault> & Partial<Pick<T, Extract<keyof T, WithDefault>>>

export function integer(given: Given<IntegerParam>): IntegerParam {
  return { type: 'integer', group: 'model', min: 0, max: 1e6, ...given }
}
export function real(given: Given<RealParam>): RealParam {
  return { type: 'real', group: 'model', min: 0, max: 1e6, scale: 'linear', ...given }
}
export function choice(given: Given<ChoiceParam>): ChoiceParam {
  return { type: 'choice', group: 'model', ...given }
}

export function integers(given: Given<IntegersParam>): IntegersParam {
  return { type: 'integers', group: 'model', min: 0, max: 1e6, maxLength: 100, ...given }
}
export function reals(given: Given<RealsParam>): RealsParam {
  return { type: 'reals', group: 'model', min: 0, max: 1e6, maxLength: 100, ...given }
}

export function importedMatrixParam(given: Omit<MatrixParam, 'type' | 'default' | 'group'>): MatrixParam {
  return { type: 'matrix', group: 'data', default: '', ...given }
}

export function defaultsOf<S extends ParamSchema>(schema: S): ParamsOf<S> {
  const entries = Object.entries(schema).map(([name, definition]) => [name, definition.default])
  return Object.fromEntries(entries)
}

/** Why one field is not acceptable: shown under the field, or as a line of the CLI. */
export interface FieldIssue {
  /** Path in the spec: 'params.width'. */
  readonly path: string
  /** What was given, what was expected, what to try. */
  readonly message: string
}

/** Checks one value; null when it is acceptable. */
export function issueWith(name: string, definition: ParamDefinition, value: unknown): string | null {
  const title = `${definition.label} (${name})`
  if (definition.type === 'choice') {
    const known = definition.options.map((option) => option.value)
    if (typeof value === 'string' && known.includes(value)) return null
    return `${title}: got ${show(value)}, expected one of ${known.join(', ')}.`
  }
  if (definition.type === 'matrix') {
    if (value === '') return null
    if (typeof value !== 'string') return `${title}: got ${show(value)}, expected the name of an imported matrix.`
    const issue = matrixNameIssue(parseMatrixReference(value).name)
    return issue && `${title}: ${issue}`
  }
  const { min, max } = definition
  const whole = definition.type === 'integer' || definition.type === 'integers'
  const acceptable = (entry: unknown) =>
    typeof entry === 'number' &&
    Number.isFinite(entry) &&
    (!whole || Number.isInteger(entry)) &&
    entry >= min &&
    entry <= max
  if (definition.type === 'integers' || definition.type === 'reals') {
    const { maxLength } = definition
    const entries: readonly unknown[] | null = Array.isArray(value) ? value : null
    const wrong = entries?.findIndex((entry) => !acceptable(entry)) ?? -1
    if (entries && wrong < 0 && entries.length <= maxLength) return null
    const place = entries && wrong >= 0 ? ` with ${show(entries[wrong])} in place ${wrong + 1}` : ''
    const kind = `a list of at most ${maxLength} ${whole ? 'whole numbers' : 'numbers'} from ${min} to ${max}`
    return `${title}: got ${show(value)}${place}, expected ${kind}.`
  }
  if (acceptable(value)) return null
  return `${title}: got ${show(value)}, expected ${whole ? 'a whole number' : 'a number'} from ${min} to ${max}.`
}

/**
 * Values of a schema from untyped input: missing fields take their defaults, unknown ones are refused by name.
 * @throws LabError 'bad-input' that lists every field that is wrong
 */
export function parseParams<S extends ParamSchema>(schema: S, input: unknown): ParamsOf<S> {
  const { values, issues } = checkParams(schema, input)
  if (issues.length > 0) throw new LabError('bad-input', issues.map((issue) => issue.message).join('\n'))
  return values
}

/** As parseParams, with the issues as data. */
export function checkParams<S extends ParamSchema>(
  schema: S,
  input: unknown,
): { values: ParamsOf<S>; issues: FieldIssue[] } {
  const parsed = z.record(z.string(), z.unknown()).safeParse(input ?? {})
  if (!parsed.success) {
    return {
      values: defaultsOf(schema),
      issues: [{ path: 'params', message: 'params: expected an object of named values.' }],
    }
  }
  const issues: FieldIssue[] = []
  for (const name of Object.keys(parsed.data)) {
    if (!(name in schema)) {
      const known = Object.keys(schema).join(', ')
      issues.push({ path: `params.${name}`, message: `Unknown parameter "${name}". Known parameters: ${known}.` })
    }
  }
  const values: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries(schema)) {
    const value = parsed.data[name] ?? definition.default
    const message = issueWith(name, definition, value)
    if (message) issues.push({ path: `params.${name}`, message })
    values[name] = value
  }
  // Every value was checked against its definition above; issues say where that failed.
  return { values: values as ParamsOf<S>, issues }
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(JSON.stringify(value) ?? value)
}

/** A value as a person reads and types it: list entries with commas, nothing for an empty list. */
export function paramText(value: ParamValue): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/** What typed text says: what is no number stays text, for the schema to refuse by name. */
export function paramFromText(definition: ParamDefinition, text: string): ParamValue {
  if (definition.type === 'choice' || definition.type === 'matrix') return text
  const numbers = text
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .map((entry) => Number(entry.replace('−', '-')))
  if (numbers.some(Number.isNaN)) return text
  if (definition.type === 'integers' || definition.type === 'reals') return numbers
  const [number] = numbers
  return number !== undefined && numbers.length === 1 ? number : text
}

export function sameParam(a: ParamValue | undefined, b: ParamValue | undefined): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b
  return a.length === b.length && a.every((entry, i) => entry === b[i])
}
