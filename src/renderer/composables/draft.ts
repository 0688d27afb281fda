import type { SystemInfo } from '#shared/contract/index'
import { issueWith, paramFromText, paramText, type FieldIssue, type ParamValue } from '#shared/params'
import { runSpecSchema, type RunSpecInput } from '#shared/spec'

/** A run spec while it is being typed: numbers are still text, so that nothing typed is lost or changed. */
export interface Draft {
  readonly system: string
  readonly params: Readonly<Record<string, string>>
  readonly seed: string
  readonly perDecade: string
  /** '300, 1000' */
  readonly extraSteps: string
  /** Null: the system's own list. */
  readonly probes: readonly string[] | null
  readonly dtype: 'float64' | 'float32'
  readonly blas: 'auto' | 'embedded'
  readonly name: string
}

/** The spec that a draft says, and why it cannot be started yet. */
export function specOf(draft: Draft, system: SystemInfo): { spec: RunSpecInput; issues: FieldIssue[] } {
  const issues: FieldIssue[] = []
  const params: Record<string, ParamValue> = {}
  for (const [name, definition] of Object.entries(system.params)) {
    const value = paramFromText(definition, draft.params[name] ?? paramText(definition.default))
    const message = issueWith(name, definition, value)
    if (message) issues.push({ path: `params.${name}`, message })
    params[name] = value
  }
  const spec: RunSpecInput = {
    system: system.id,
    params,
    seed: numberOf(draft.seed),
    probes: draft.probes ? [...draft.probes] : null,
    schedule: { perDecade: numberOf(draft.perDecade), extraSteps: stepsOf(draft.extraSteps) },
    backend: { id: 'cpu', dtype: draft.dtype, blas: draft.blas },
    name: draft.name,
  }
  return { spec, issues: [...issues, ...frameIssues(draft, spec)] }
}

const frameFields: readonly { path: string; text: (draft: Draft) => string; expected: string }[] = [
  { path: 'seed', text: (draft) => draft.seed, expected: 'a whole number from 0 to 4294967295' },
  { path: 'schedule.perDecade', text: (draft) => draft.perDecade, expected: 'a whole number from 1 to 200' },
  {
    path: 'schedule.extraSteps',
    text: (draft) => draft.extraSteps,
    expected: 'whole steps with commas, such as 300, 1000',
  },
  { path: 'name', text: (draft) => draft.name, expected: 'at most 200 characters' },
]

/** The shared schema decides; the words are ours, because the person sees a field and not a path. */
function frameIssues(draft: Draft, spec: RunSpecInput): FieldIssue[] {
  const parsed = runSpecSchema.safeParse(spec)
  if (parsed.success) return []
  const wrong = parsed.error.issues.map((issue) => issue.path.join('.'))
  return frameFields
    .filter(({ path }) => wrong.some((at) => at === path || at.startsWith(`${path}.`)))
    .map(({ path, text, expected }) => ({ path, message: `Got "${text(draft)}", expected ${expected}.` }))
}

/** NaN for what is not a number; an empty field is not zero. */
function numberOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text.trim().replace('−', '-'))
}

function stepsOf(text: string): number[] {
  return text.trim() === '' ? [] : text.split(/[,\s]+/).map(numberOf)
}
