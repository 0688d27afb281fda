import type { ParamSchema } from './params'
import { fieldDefinition } from './sweepFields'

/** What a field of a spec, or of what computed a run, is called. */
export interface FieldName {
  /** 'Weight decay' */
  readonly label: string
  /** 'λ'; empty for a field that is called by its words alone. */
  readonly symbol: string
}

/** Fields that no definition describes: those of the whole run, and what computed it. */
const names: Readonly<Record<string, string>> = {
  system: 'System',
  name: 'Name',
  probes: 'Probes',
  analyses: 'Analyses after training',
  'schedule.kind': 'Probes measure',
  'schedule.every': 'Steps from one measurement to the next',
  'schedule.extraSteps': 'Steps measured beside those',
  'checkpoints.steps': 'States kept at steps',
  'checkpoints.resumeSeconds': 'Seconds between states to resume from',
  'backend.id': 'Backend',
  'backend.sampleCompression': 'Steps on fewer columns',
  constraints: 'Conditions',
  drawSeed: 'Seed of the draws',
  'strategy.kind': 'Runs of the sweep',
  'strategy.draws': 'Points drawn',
  'strategy.metric': 'Metric that decides',
  'strategy.direction': 'Best is',
  'strategy.factor': 'Of how many goes one on',
  'strategy.firstSteps': 'First steps',
  'computed by.version': 'Version',
  'computed by.backend': 'Computed on',
  'computed by.dtype': 'Computed in',
  'computed by.blas': 'Linear algebra',
  'computed by.threads': 'Threads',
  'computed by.device': 'Processor',
  'computed by.steppedOn': 'Steps on',
  'computed by.replicas': 'Runs trained as one program',
}
/** A symbol that is a word says what the label says already: seed, dtype. */
const WORD = /^\p{L}{3}/u

export function fieldName(path: string, schema: ParamSchema): FieldName {
  const definition = fieldDefinition(path, schema)
  if (definition) return { label: definition.label, symbol: WORD.test(definition.symbol) ? '' : definition.symbol }
  const probe = /^probeSchedules\.(.*)$/.exec(path)?.[1]
  if (probe !== undefined) return { label: `Schedule of ${probe}`, symbol: '' }
  return { label: names[path] ?? (path.split('.').at(-1) || path), symbol: '' }
}

/** 'Weight decay λ': a field where it stands alone. */
export function fieldTitle(path: string, schema: ParamSchema): string {
  const { label, symbol } = fieldName(path, schema)
  return symbol === '' ? label : `${label} ${symbol}`
}

/** The words of a label inside a sentence: 'Weight decay' → 'weight decay'; NC1 stays as it is. */
export function inSentence(label: string): string {
  return label.replace(/^\p{Lu}(?=\p{Ll})/u, (first) => first.toLowerCase())
}
