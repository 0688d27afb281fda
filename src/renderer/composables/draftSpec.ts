import type { SystemInfo } from '#shared/contract/index'
import { issueWith, type FieldIssue, type ParamDefinition, type ParamValue } from '#shared/params'
import type { RunSpecInput } from '#shared/spec'
import {
  sweepSpecSchema,
  type SweepAxis,
  type SweepSpecInput,
  type SweepStrategy,
  type SweptField,
  type SweptValues,
} from '#shared/sweep'
import { fieldDefinition, sweepablePaths } from '#shared/sweepFields'
import { parseValues } from '#shared/sweepText'
import { textAt, type Draft } from './draft'
import { words } from './words'

type DraftSweep = SweepSpecInput & { readonly axes: SweepAxis[] }

/** What a draft says. */
export interface DraftSpec {
  /** One run: swept fields stand with their first value. */
  readonly base: RunSpecInput
  /** Null where no field has several values: the draft is a single run. */
  readonly sweep: DraftSweep | null
  /** Why it cannot be started yet, as far as the page can tell; the service knows the rest. */
  readonly issues: readonly FieldIssue[]
}

interface ReadField {
  readonly path: string
  readonly first: ParamValue
  /** Null for a single value. */
  readonly swept: SweptValues | null
  readonly issue: string | null
}

/** Reads every field of a draft. */
export function specOf(draft: Draft, system: SystemInfo): DraftSpec {
  const fields = sweepablePaths(system.params).map((path) => readField(draft, path, system))
  const frame = readFrame(draft)
  const base = baseOf(draft, system, new Map(fields.map(({ path, first }) => [path, first])), frame.extraSteps)
  const issues = [
    ...fields.flatMap(({ path, issue }) => (issue === null ? [] : [{ path, message: issue }])),
    ...frame.issues,
  ]
  const axes = axesOf(draft, fields)
  if (axes.length === 0) return { base, sweep: null, issues }
  const { strategy, issues: wrong } = readStrategy(draft)
  const constraints = draft.constraints.split('\n').flatMap((line) => line.trim() || [])
  const sweep: DraftSweep = {
    name: draft.fields['name'] ?? '',
    base,
    axes,
    constraints,
    strategy,
    drawSeed: numberOf(draft.drawSeed),
  }
  return { base, sweep, issues: [...issues, ...wrong, ...sweepIssues(draft, sweep)] }
}

function readField(draft: Draft, path: string, system: SystemInfo): ReadField {
  const definition = fieldDefinition(path, system.params)!
  const { values, problem } = parseValues(definition, textAt(draft, path, system))
  if (values === null) return { path, first: definition.default, swept: null, issue: problem }
  const first = firstOf(values, definition)
  const isSingle = values.kind === 'list' && values.values.length === 1
  const name = path.replace(/^params\./, '')
  const issue = endsOf(values)
    .map((value) => issueWith(name, definition, value))
    .find((message) => message !== null)
  return { path, first: issue ? definition.default : first, swept: isSingle ? null : values, issue: issue ?? null }
}

function firstOf(values: SweptValues, definition: ParamDefinition): ParamValue {
  if (values.kind === 'list' || values.kind === 'choice') return values.values[0] ?? definition.default
  const first = values.kind === 'normal' ? values.mean : values.from
  return definition.type === 'integer' ? Math.round(first) : first
}

/** The ends of a range stand for what lies between them; a normal distribution has none. */
function endsOf(values: SweptValues): readonly ParamValue[] {
  if (values.kind === 'list' || values.kind === 'choice') return values.values
  return values.kind === 'normal' ? [] : [values.from, values.to]
}

/** Axes in the order of the form: parameters, then seeds, which vary fastest. Zipped fields share the first one's. */
function axesOf({ zips }: Draft, fields: readonly ReadField[]): SweepAxis[] {
  const swept = fields.flatMap(({ path, swept: values }): SweptField[] => (values ? [{ path, values }] : []))
  const groupOf = ({ path }: SweptField) => zips.find((zip) => zip.includes(path))?.join() ?? path
  return [...Map.groupBy(swept, groupOf).values()]
}

function baseOf(
  draft: Draft,
  system: SystemInfo,
  values: ReadonlyMap<string, ParamValue>,
  extraSteps: number[],
): RunSpecInput {
  const number = (path: string) => Number(values.get(path))
  return {
    system: system.id,
    params: Object.fromEntries(
      Object.entries(system.params).map(([name, { default: value }]) => [name, values.get(`params.${name}`) ?? value]),
    ),
    seed: number('seed'),
    probes: draft.probes ? [...draft.probes] : null,
    schedule: { kind: draft.scheduleKind, perDecade: number('schedule.perDecade'), extraSteps },
    backend: {
      id: 'cpu',
      dtype: values.get('backend.dtype') === 'float32' ? 'float32' : 'float64',
      blas: values.get('backend.blas') === 'embedded' ? 'embedded' : 'auto',
    },
    name: draft.fields['name'] ?? '',
  }
}

function readFrame({ fields }: Draft): { extraSteps: number[]; issues: FieldIssue[] } {
  const [steps = '', name = ''] = [fields['schedule.extraSteps'], fields['name']]
  const extraSteps = steps
    .split(/[,\s]+/)
    .filter(Boolean)
    .map(numberOf)
  const issues: FieldIssue[] = []
  if (!extraSteps.every((step) => Number.isInteger(step) && step >= 0)) {
    issues.push({ path: 'schedule.extraSteps', message: words.draft.refusal(steps, words.draft.extraSteps) })
  }
  if (name.length > 200) issues.push({ path: 'name', message: words.draft.refusal(name, words.draft.name) })
  return { extraSteps: issues.length > 0 ? [] : extraSteps, issues }
}

const strategyFields = {
  draws: { expected: words.draft.draws, isGood: (n: number) => n >= 1 && n <= 100_000 },
  factor: { expected: words.draft.factor, isGood: (n: number) => n >= 2 && n <= 10 },
  firstSteps: { expected: words.draft.firstSteps, isGood: (n: number) => n >= 1 },
} as const

function readStrategy({ strategy }: Draft): { strategy: SweepStrategy; issues: FieldIssue[] } {
  const issues: FieldIssue[] = []
  const read = (field: keyof typeof strategyFields): number => {
    const { expected, isGood } = strategyFields[field]
    const value = numberOf(strategy[field])
    if (Number.isInteger(value) && isGood(value)) return value
    issues.push({ path: `strategy.${field}`, message: words.draft.refusal(strategy[field], expected) })
    return 2
  }
  const { kind, metric, direction } = strategy
  if (kind === 'grid') return { strategy: { kind }, issues }
  if (kind === 'random') return { strategy: { kind, draws: read('draws') }, issues }
  const draws = strategy.draws.trim() === '' ? null : read('draws')
  return {
    strategy: { kind, draws, metric, direction, factor: read('factor'), firstSteps: read('firstSteps') },
    issues,
  }
}

/** What the fields alone do not show: the shared schema decides. */
function sweepIssues(draft: Draft, sweep: DraftSweep): FieldIssue[] {
  const parsed = sweepSpecSchema.safeParse(sweep)
  if (parsed.success) return []
  return parsed.error.issues
    .map((issue) => ({ path: issue.path.join('.'), message: `${issue.path.join('.')}: ${issue.message}.` }))
    .map((issue) =>
      issue.path === 'drawSeed'
        ? { path: 'drawSeed', message: words.draft.refusal(draft.drawSeed, words.draft.drawSeed) }
        : issue,
    )
}

/** NaN for what is not a number; an empty field is not zero. */
function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text.trim().replaceAll('−', '-'))
}
