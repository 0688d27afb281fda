import { runFieldNames, type Operand, type RunFieldName } from './condition'

/** What a filter may compare: how it is called, and what it holds. */
export interface Field {
  readonly kind: 'run' | 'param' | 'metric'
  readonly name: string
  readonly type: 'number' | 'text' | 'time' | 'span'
  readonly label: string
  /** As in the paper; empty where there is none. */
  readonly symbol: string
  readonly help: string
  /** Other words for it in a filter line. */
  readonly aliases: readonly string[]
  /** Where it was measured: layers, null for none. Empty for all but metrics. */
  readonly layers: readonly (number | null)[]
  /** The words it is one of; empty where any may stand. */
  readonly words: readonly string[]
}

interface RunFieldRecord extends Partial<Field> {
  readonly label: string
  readonly type: Field['type']
}

const runFields: Readonly<Record<RunFieldName, RunFieldRecord>> = {
  id: { label: 'Id', type: 'text' },
  name: { label: 'Name', type: 'text' },
  system: { label: 'System', type: 'text' },
  status: {
    label: 'Status',
    type: 'text',
    words: ['pending', 'running', 'completed', 'diverged', 'failed', 'cancelled', 'interrupted'],
  },
  seed: { label: 'Seed', type: 'number' },
  step: { label: 'Step', type: 'number', help: 'The last step that was reported.' },
  steps: { label: 'Steps', type: 'number', help: 'Steps asked for.' },
  progress: { label: 'Progress', type: 'number', help: 'Steps done of all, in per cent.' },
  created: { label: 'Created', type: 'time' },
  started: { label: 'Started', type: 'time' },
  ended: { label: 'Ended', type: 'time' },
  duration: { label: 'Duration', type: 'span', help: 'From the start to the end.' },
  age: { label: 'Age', type: 'span', help: 'Since it was created.' },
  dtype: { label: 'Precision', type: 'text', words: ['float64', 'float32'] },
  blas: { label: 'BLAS', type: 'text', words: ['auto', 'embedded'] },
  star: { label: 'Starred', type: 'text', words: ['yes', 'no'] },
  tag: { label: 'Tags', type: 'text', aliases: ['tags'] },
  color: { label: 'Colour', type: 'text', aliases: ['colour'] },
  note: { label: 'Note', type: 'text' },
  claims: {
    label: 'Claims',
    type: 'text',
    words: ['hold', 'fail', 'unchecked'],
    help: 'hold: all that were checked; fail: one at least.',
  },
  held: { label: 'Claims that hold', type: 'number' },
  checked: { label: 'Claims checked', type: 'number' },
  holds: { label: 'A claim that holds', type: 'text', help: 'By its number: holds:01.C2.' },
  fails: { label: 'A claim that fails', type: 'text', help: 'By its number: fails:01.C2.' },
}

/** The fields that every run has. */
export const runFieldList: readonly Field[] = runFieldNames.map((name) => ({
  kind: 'run',
  name,
  symbol: '',
  help: '',
  aliases: [],
  layers: [],
  words: [],
  ...runFields[name],
}))

/** The field that an operand reads; null where there is none of its name any more. */
export function fieldOf(operand: Operand, fields: readonly Field[]): Field | null {
  return fields.find((field) => field.kind === operand.kind && field.name === nameOf(operand)) ?? null
}

function nameOf(operand: Operand): string | undefined {
  switch (operand.kind) {
    case 'run':
      return operand.field
    case 'param':
      return operand.names[0]
    case 'metric':
      return operand.quantity
    default:
      return operand satisfies never
  }
}

const greek: Readonly<Record<string, string>> = {
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  ε: 'epsilon',
  ζ: 'zeta',
  η: 'eta',
  θ: 'theta',
  κ: 'kappa',
  λ: 'lambda',
  μ: 'mu',
  ν: 'nu',
  ξ: 'xi',
  π: 'pi',
  ρ: 'rho',
  σ: 'sigma',
  τ: 'tau',
  φ: 'phi',
  χ: 'chi',
  ψ: 'psi',
  ω: 'omega',
}

/** What a symbol of the papers is called in a filter line: λ and lambda; nothing for a formula. */
export function symbolAliases(symbol: string): string[] {
  if (!/^\p{L}(?:[\p{L}\d]*|_[\p{L}\d]+)$/u.test(symbol)) return []
  const spelled = [...symbol].map((letter) => greek[letter] ?? letter).join('')
  return spelled === symbol ? [symbol] : [symbol, spelled]
}
