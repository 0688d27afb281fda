import { choice, integer, type ParamDefinition, type ParamSchema, type ParamValue } from './params'
import type { RunSpec } from './spec'

const MAX_SEED = 2 ** 32 - 1

/** What can be swept beside the parameters of the system, by path in the run spec. */
const frameFields: Readonly<Record<string, ParamDefinition>> = {
  seed: integer({
    default: 0,
    max: MAX_SEED,
    label: 'Seed',
    symbol: 'seed',
    help: 'Of every random number of a run.',
    group: 'optimiser',
  }),
  'backend.dtype': choice({
    default: 'float64',
    options: ['float64', 'float32'].map((value) => ({ value, label: value })),
    label: 'Precision',
    symbol: 'dtype',
    help: 'Of parameters, features and gradients.',
    group: 'analysis',
  }),
  'backend.blas': choice({
    default: 'auto',
    options: ['auto', 'embedded'].map((value) => ({ value, label: value })),
    label: 'BLAS',
    symbol: 'blas',
    help: 'auto: the system BLAS for large products where one is found.',
    group: 'analysis',
  }),
  'schedule.perDecade': integer({
    default: 12,
    min: 1,
    max: 200,
    label: 'Measured steps per decade',
    symbol: 'per decade',
    help: 'How densely the logarithmic schedule measures.',
    group: 'analysis',
  }),
}

const PARAM_PREFIX = 'params.'

/** The definition behind a path of the run spec; null for a path that cannot be swept. */
export function fieldDefinition(path: string, schema: ParamSchema): ParamDefinition | null {
  if (Object.hasOwn(frameFields, path)) return frameFields[path] ?? null
  const name = path.startsWith(PARAM_PREFIX) ? path.slice(PARAM_PREFIX.length) : ''
  return Object.hasOwn(schema, name) ? (schema[name] ?? null) : null
}

/** Every path that can be swept: the parameters, then the frame. */
export function sweepablePaths(schema: ParamSchema): readonly string[] {
  return [...Object.keys(schema).map((name) => `${PARAM_PREFIX}${name}`), ...Object.keys(frameFields)]
}

/**
 * The path that a person means by a name: a parameter's id, its symbol, or the symbol spelled out (lambda for λ), or a
 * path itself. Null where no field, or more than one, has that symbol.
 */
export function pathNamed(name: string, schema: ParamSchema): string | null {
  if (fieldDefinition(name, schema)) return name
  if (Object.hasOwn(schema, name)) return `${PARAM_PREFIX}${name}`
  const meant = sweepablePaths(schema).filter((path) => {
    const symbol = fieldDefinition(path, schema)?.symbol
    return symbol !== undefined && (symbol === name || spelledOut(symbol) === name)
  })
  return meant.length === 1 ? (meant[0] ?? null) : null
}

const GREEK =
  'α alpha β beta γ gamma δ delta ε epsilon η eta θ theta κ kappa λ lambda μ mu ρ rho σ sigma τ tau φ phi ω omega'

const namesOfLetters = new Map(
  Array.from(GREEK.matchAll(/(\S) (\S+)/gu), ([, letter = '', name = '']): [string, string] => [letter, name]),
)

/** λ → lambda, λ_l → lambda_l. */
function spelledOut(symbol: string): string {
  return symbol.replaceAll(/\p{Script=Greek}/gu, (letter) => namesOfLetters.get(letter) ?? letter)
}

/** The value that a run of this spec has in a field, defaults included. */
export function fieldValue(spec: RunSpec, path: string, schema: ParamSchema): ParamValue | undefined {
  switch (path) {
    case 'seed':
      return spec.seed
    case 'backend.dtype':
      return spec.backend.dtype
    case 'backend.blas':
      return spec.backend.blas
    case 'schedule.perDecade':
      return spec.schedule.perDecade
    default:
      return spec.params[path.slice(PARAM_PREFIX.length)] ?? fieldDefinition(path, schema)?.default
  }
}

/** A draft of the base spec with some fields replaced; it is checked like any other draft. */
export function withFields(
  base: RunSpec,
  fields: readonly (readonly [path: string, value: ParamValue])[],
): Readonly<Record<string, unknown>> & { readonly system: string } {
  const [params, backend, schedule] = [{ ...base.params }, { ...base.backend }, { ...base.schedule }].map(recordOf)
  const frame: Record<string, unknown> = {}
  for (const [path, value] of fields) {
    const [head = '', ...rest] = path.split('.')
    const target = { params, backend, schedule }[head] ?? frame
    target[rest.length > 0 ? rest.join('.') : head] = value
  }
  return { ...base, params, backend, schedule, ...frame }
}

function recordOf(fields: object): Record<string, unknown> {
  return { ...fields }
}
