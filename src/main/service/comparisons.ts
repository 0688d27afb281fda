import type { ComparedRun, ComparisonRequests } from '#shared/contract/comparisons'
import type { Handlers } from '#shared/contract/index'
import type { RunColor } from '#shared/contract/runs'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { QuantityDefinition } from '#shared/records'
import type { System } from '../core/system'
import { predictionFor, predictionOver } from '../jobs/predictionOver'
import type { Clock } from '../store/clock'
import type { Project } from '../store/project'
import type { StoredRun } from '../store/runs'

/** Handlers of the calls over several runs, and of saved comparisons. */
export function comparisonHandlers(
  project: Project,
  systems: ReadonlyMap<string, System>,
  clock: Clock,
): Pick<Handlers, keyof ComparisonRequests> {
  /** Null for a run that is gone or in the bin: a saved comparison may outlive its runs. */
  function findRun(id: RunId): StoredRun | null {
    try {
      const run = project.runs.get(id)
      return run.binnedAt === null ? run : null
    } catch (thrown) {
      if (LabError.from(thrown).code === 'not-found') return null
      throw thrown
    }
  }

  return {
    'comparison.runs': async ({ runIds }) => {
      const found = runIds.map((id) => ({ id, run: findRun(id) }))
      const runs = found.flatMap(({ run }) => run ?? [])
      const marks = project.annotations.marks(runs.map(({ id }) => id))
      const colors = new Map(marks.map(({ id, color }) => [id, color]))
      const quantities = new Map<string, QuantityDefinition>()
      for (const run of runs) {
        for (const quantity of run.quantities) if (!quantities.has(quantity.id)) quantities.set(quantity.id, quantity)
      }
      return {
        runs: runs.map((run) => comparedRun(run, project, colors.get(run.id) ?? null)),
        missing: found.flatMap(({ id, run }) => (run ? [] : [id])),
        quantities: [...quantities.values()],
      }
    },
    'comparison.series': async ({ runIds, quantity, layer }) => {
      const shared = sharedSteps()
      return runIds.flatMap((runId) => {
        const { steps, values } = project.records.series(runId, quantity, layer)
        return steps.length > 0 ? [{ runId, steps: shared(steps), values }] : []
      })
    },
    'comparison.arrays': async ({ runIds, quantity, layer, step }) =>
      runIds.flatMap((runId) => {
        const run = findRun(runId)
        const record = run && project.records.atOrBefore(runId, quantity, layer, step ?? Number.MAX_SAFE_INTEGER)
        if (!record) return []
        const system = systems.get(run.spec.system)
        return [{ runId, record, prediction: system ? predictionFor(system, run.spec.params, quantity, layer) : null }]
      }),
    'comparison.theory': async ({ runId, param, values, quantity, layer }) => {
      const { spec } = project.runs.get(runId)
      const system = systems.get(spec.system)
      return system ? predictionOver(system, spec.params, { param, values, quantity, layer }) : null
    },
    'comparisons.list': async () =>
      project.comparisons
        .list()
        .map(({ name, savedAt, comparison }) => ({ name, savedAt, runs: comparison.runIds.length })),
    'comparisons.get': async ({ name }) => project.comparisons.get(name),
    'comparisons.save': async ({ name, comparison, replace }) =>
      project.comparisons.save(name, comparison, replace, clock.now()),
    'comparisons.remove': async ({ name }) => {
      project.comparisons.remove(name)
      return null
    },
  }
}

/** Runs of one schedule measured at the same steps, which are then one array: sent once, and placed once on an axis. */
function sharedSteps(): (steps: Float64Array) => Float64Array {
  const latest = new Map<number, Float64Array>()
  return (steps) => {
    const known = latest.get(steps.length)
    if (known && steps.every((step, i) => step === known[i])) return known
    latest.set(steps.length, steps)
    return steps
  }
}

function comparedRun(
  { id, spec, status, step, provenance }: StoredRun,
  project: Project,
  color: RunColor | null,
): ComparedRun {
  return { id, spec, status, step, provenance, color, ...project.records.names(id) }
}
