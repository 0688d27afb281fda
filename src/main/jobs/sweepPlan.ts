import { createHash } from 'node:crypto'
import { LabError } from '#shared/errors'
import type { FieldIssue, ParamValue } from '#shared/params'
import type { RunSpec } from '#shared/spec'
import { sweepSpecSchema, type SweepRow, type SweepSpec } from '#shared/sweep'
import { expandSweep, type Expansion } from '#shared/sweepExpand'
import { random } from '../compute/rng/random'
import type { System } from '../core/system'
import { checkSpec, fieldIssues, unknownName, type Catalogue, type CheckedSpec } from './checkSpec'
import { Turns } from '../core/turns'

/** A sweep that can be looked at: well formed, of a known system. Its runs are still to be checked. */
export interface OpenedSweep {
  readonly spec: SweepSpec
  readonly system: System
  readonly expansion: Expansion
}

export type SweepCheck = { readonly issues: readonly FieldIssue[]; readonly opened: OpenedSweep | null }

/** Reads a draft of a sweep; `opened` is null exactly when there are issues. */
export function openSweep(draft: unknown, { systems }: Pick<Catalogue, 'systems'>): SweepCheck {
  const parsed = sweepSpecSchema.safeParse(draft)
  if (!parsed.success) {
    const issues = parsed.error.issues.flatMap(fieldIssues)
    return { issues: issues.map((issue) => ({ ...issue, path: issue.path.replace(/^base\./, '') })), opened: null }
  }
  const spec = parsed.data
  const system = systems.get(spec.base.system)
  if (!system) return { issues: [unknownName('system', spec.base.system, systems)], opened: null }
  const streams = random(spec.drawSeed, 'sweep')
  const expansion = expandSweep(spec, system.params, (name) => streams.derive(name))
  if (expansion.issues.length > 0) return { issues: expansion.issues, opened: null }
  return { issues: [], opened: { spec, system, expansion } }
}

/** The check of a run's spec, made once for all runs that differ in nothing but the seed. */
export type RowCheck = (row: SweepRow) => {
  readonly issues: readonly FieldIssue[]
  readonly checked: CheckedSpec | null
}

export function rowChecker({ expansion }: OpenedSweep, catalogue: Catalogue): RowCheck {
  const known = new Map<string, ReturnType<RowCheck>>()
  const seedColumn = expansion.paths.indexOf('seed')
  return (row) => {
    const key = JSON.stringify(row.filter((_, column) => column !== seedColumn))
    const seed = row[seedColumn]
    const found = known.get(key) ?? checkSpec(expansion.draft(row), catalogue)
    known.set(key, found)
    if (!found.checked || typeof seed !== 'number') return found
    // The expansion has checked the seeds themselves.
    return { ...found, checked: { ...found.checked, spec: { ...found.checked.spec, seed } } }
  }
}

/** A run to be queued: checked, with what decides which others it can train with. */
export interface PlannedRun extends CheckedSpec {
  readonly shape: string
}

/**
 * Every run of a sweep, each checked.
 * @throws LabError 'bad-input' naming the first run that is not acceptable, or if there are none
 */
export async function planRuns(opened: OpenedSweep, catalogue: Catalogue): Promise<PlannedRun[]> {
  const check = rowChecker(opened, catalogue)
  const runs: PlannedRun[] = []
  const turns = new Turns()
  for (const row of opened.expansion.rows()) {
    const { issues, checked } = check(row)
    if (!checked) throw new LabError('bad-input', refusal(opened.expansion.paths, row, issues))
    const problem = runs.length === 0 ? metricIssue(opened.spec, checked) : null
    if (problem) throw new LabError('bad-input', problem)
    runs.push({ ...checked, shape: shapeOf(checked.spec, opened.system) })
    if (turns.isOver) await turns.next()
  }
  if (runs.length > 0) return runs
  throw new LabError('bad-input', nothingLeft(opened.expansion.tally().excluded))
}

/** What to say when constraints leave no run. */
export function nothingLeft(excluded: number): string {
  return `The constraints exclude all ${excluded} combinations. Loosen them, or take other values.`
}

/** What is wrong with the metric of a successive halving; null where it is one that the runs measure. */
export function metricIssue({ strategy }: SweepSpec, { quantities }: CheckedSpec): string | null {
  if (strategy.kind !== 'halving') return null
  const known = quantities.filter(({ kind, perLayer }) => kind === 'scalar' && !perLayer).map(({ id }) => id)
  if (known.includes(strategy.metric)) return null
  return `strategy: "${strategy.metric}" is no number that these runs measure. Known: ${known.join(', ')}.`
}

/** What is wrong with a run, and which it is. */
export function refusal(paths: readonly string[], row: SweepRow, issues: readonly FieldIssue[]): string {
  const place = paths.map((path, i) => `${path} = ${String(row[i])}`).join(', ')
  const messages = issues.map(({ message }) => message).join('\n')
  return place ? `With ${place}: ${messages}` : messages
}

/** Equal for runs that differ only in their seed and in parameters that leave model and data as they are. */
export function shapeOf({ seed: _seed, name: _name, params, ...rest }: RunSpec, { perReplica = [] }: System): string {
  const own = new Set(perReplica)
  const shared: [string, ParamValue][] = Object.entries(params).filter(([name]) => !own.has(name))
  const text = JSON.stringify({ ...rest, params: Object.fromEntries(shared.sort(([a], [b]) => (a < b ? -1 : 1))) })
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
