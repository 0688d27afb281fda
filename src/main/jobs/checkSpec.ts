import type { SpecPreview } from '#shared/contract/index'
import { LabError } from '#shared/errors'
import { checkParams, type FieldIssue, type ParamSchema, type ParamsOf } from '#shared/params'
import type { QuantityDefinition } from '#shared/records'
import { runSpecSchema, type RunSpec } from '#shared/spec'
import type { Model } from '../core/model'
import type { Probe } from '../core/probe'
import type { Resources, System } from '../core/system'
import type { Calibration } from '../store/calibration'
import { analysisMenu, planIssues } from './analysisPlan'
import { estimate, workloadOf, type Workload } from './cost'
import { resolveMatrices, withReferences } from './matrixParams'
import { clockQuantities } from './runClock'

/** What a spec may name, and what it needs. */
export interface Catalogue {
  readonly systems: ReadonlyMap<string, System>
  readonly probes: ReadonlyMap<string, Probe>
  readonly resources: Resources
}

/** A spec that can run: every parameter has its value, every name is known, the data are there. */
export interface CheckedSpec {
  readonly spec: RunSpec
  readonly system: System
  readonly params: ParamsOf<ParamSchema>
  readonly workload: Workload
  readonly model: Model
  readonly quantities: readonly QuantityDefinition[]
}

export type SpecCheck = { readonly issues: readonly FieldIssue[]; readonly checked: CheckedSpec | null }

/** Checks a draft field by field; `checked` is null exactly when there are issues. */
export function checkSpec(draft: Readonly<Record<string, unknown>>, catalogue: Catalogue): SpecCheck {
  const system = typeof draft.system === 'string' ? catalogue.systems.get(draft.system) : undefined
  if (!system) return refused([unknownName('system', draft.system, catalogue.systems)])

  const { values, issues } = checkParams(system.params, draft.params)
  const parsed = runSpecSchema.safeParse({ ...draft, params: values })
  if (!parsed.success || issues.length > 0) {
    // checkParams says more about a parameter than the schema of the whole spec does.
    const others = parsed.error?.issues.flatMap(fieldIssues).filter(({ path }) => !path.startsWith('params')) ?? []
    return refused([...others, ...issues])
  }
  let spec = parsed.data
  const unknown = [...(spec.probes ?? []), ...Object.keys(spec.probeSchedules)].filter(
    (id) => !catalogue.probes.has(id),
  )
  if (unknown.length > 0) return refused(unknown.map((id) => unknownName('probes', id, catalogue.probes)))
  try {
    spec = { ...spec, params: withReferences(system.params, spec.params, catalogue.resources) }
    const params = resolveMatrices(system.params, values, catalogue.resources)
    const model = system.model(params)
    const { steps } = system.training(params)
    const wrong = [...scheduleIssues(spec, steps), ...planIssues(spec, model, steps)]
    if (wrong.length > 0) return refused(wrong)
    const probes = probesOf(spec, system, catalogue).filter((probe) => probe.applies(model))
    const workload = workloadOf(system, params, probes, catalogue.resources)
    return { issues: [], checked: { spec, system, params, model, workload, quantities: quantitiesOf(probes) } }
  } catch (thrown) {
    const error = LabError.from(thrown)
    if (error.code === 'internal') throw error
    const { param } = error.details
    return refused([{ path: typeof param === 'string' ? `params.${param}` : 'params', message: error.message }])
  }
}

/** @throws LabError 'bad-input' that lists every field that is wrong */
export function acceptSpec(draft: Readonly<Record<string, unknown>>, catalogue: Catalogue): CheckedSpec {
  const { issues, checked } = checkSpec(draft, catalogue)
  if (checked) return checked
  throw new LabError('bad-input', issues.map((issue) => issue.message).join('\n'))
}

/** The designer's live answer to a draft. */
export function previewSpec(
  draft: Readonly<Record<string, unknown>>,
  catalogue: Catalogue,
  calibration: Calibration,
): SpecPreview {
  const { issues, checked } = checkSpec(draft, catalogue)
  if (!checked) return { issues, advice: [], estimate: null, analysisMenu: null, predictions: [], theoryFigures: [] }
  const { spec, system, params, model, workload } = checked
  return {
    issues,
    advice: system.advice(params),
    estimate: estimate(spec, workload, calibration),
    analysisMenu: analysisMenu(model),
    predictions: system.theory(params),
    theoryFigures: system.theoryFigures?.(params) ?? [],
  }
}

/** The probes of a run, in the order of measuring; the spec's names must be known. */
export function probesOf(spec: RunSpec, system: System, { probes }: Pick<Catalogue, 'probes'>): readonly Probe[] {
  return (spec.probes ?? system.probes).flatMap((id) => probes.get(id) ?? [])
}

/** Each quantity once, though several probes may measure it; last the clocks that every run records. */
export function quantitiesOf(probes: readonly Probe[]): readonly QuantityDefinition[] {
  const all = [...probes.flatMap((probe) => probe.quantities), ...clockQuantities]
  const byId = new Map(all.map((quantity) => [quantity.id, quantity]))
  return [...byId.values()]
}

/** More measured steps than this are a slip of typing. */
const MOST_POINTS = 100_000

function scheduleIssues({ schedule, probeSchedules }: RunSpec, steps: number): FieldIssue[] {
  const own = Object.entries(probeSchedules).map(([id, one]) => ({ path: `probeSchedules.${id}`, ...one }))
  return [{ path: 'schedule.every', ...schedule }, ...own]
    .filter(({ kind, every }) => kind === 'linear' && steps / every > MOST_POINTS)
    .map(({ path, every }) => ({
      path,
      message: `Got every ${every} of ${steps} steps, expected at most ${MOST_POINTS} measured steps: every ${Math.ceil(steps / MOST_POINTS)} or more.`,
    }))
}

function refused(issues: readonly FieldIssue[]): SpecCheck {
  return { issues, checked: null }
}

/** What to say of a name that nothing has. */
export function unknownName(
  path: 'system' | 'probes',
  given: unknown,
  known: ReadonlyMap<string, unknown>,
): FieldIssue {
  const message = `${path}: got ${JSON.stringify(given) ?? 'nothing'}, expected one of ${[...known.keys()].join(', ')}.`
  return { path, message }
}

type SpecIssue = NonNullable<ReturnType<typeof runSpecSchema.safeParse>['error']>['issues'][number]

/** What a schema found, by field. */
export function fieldIssues(issue: SpecIssue): FieldIssue[] {
  const path = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: `${path}: ${issue.message}.` }]
  return issue.keys.map((key) => {
    const unknown = path ? `${path}.${key}` : key
    return { path: unknown, message: `Unknown field "${unknown}".` }
  })
}
