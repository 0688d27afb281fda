import { LabError } from '#shared/errors'
import { parseParams, sameParam, type ParamValues } from '#shared/params'
import type { ClaimResult } from '#shared/records'
import { measuredSteps } from '#shared/spec'
import type { Evidence, Preset, RunClaim, System } from '../core/system'
import type { Project } from '../store/project'
import type { StoredRun } from '../store/runs'

/**
 * Checks the claims of its system that a completed run can speak to, and stores the verdicts.
 * A claim that cannot be computed does not hold, and the log says why.
 */
export function checkClaims(project: Project, run: StoredRun, system: System, at: number): void {
  const params = parseParams(system.params, run.spec.params)
  const evidence = evidenceOf(project, run)
  for (const claim of system.claims) {
    if (claim.kind !== 'run' || !isTestedBy(claim, run, system) || !claim.applies(params)) continue
    project.claims.save(run.id, system.id, verdict(claim, evidence), at)
  }

  function verdict(claim: RunClaim<typeof params>, from: Evidence): ClaimResult {
    const { id, title, source } = claim
    try {
      const checks = claim.check(from, params)
      return { id, title, source, checks, holds: checks.length > 0 && checks.every((check) => check.holds) }
    } catch (thrown) {
      const error = LabError.from(thrown)
      if (error.code === 'storage') throw error
      const message = `Claim ${id} (${title}) could not be checked: ${error.message}`
      project.log.add(run.id, { time: at, level: 'error', message })
      return { id, title, source, checks: [], holds: false }
    }
  }
}

/** A claim is about its preset: the same parameters, measured at the steps and by the probes that the preset asks for. */
function isTestedBy(claim: Pick<RunClaim<ParamValues>, 'preset'>, run: StoredRun, system: System): boolean {
  const preset = system.presets[claim.preset]
  return preset !== undefined && hasParamsOf(preset, run, system) && measuresAsIn(preset, run, system)
}

function hasParamsOf(preset: Preset, run: StoredRun, system: System): boolean {
  const expected = Object.entries(parseParams(system.params, preset.params))
  return expected.every(([name, value]) => sameParam(run.spec.params[name], value))
}

function measuresAsIn(preset: Preset, run: StoredRun, system: System): boolean {
  const steps = new Set(measuredSteps(run.spec, run.steps))
  const probes = run.spec.probes ?? system.probes
  return (
    (preset.extraSteps ?? []).every((step) => steps.has(step)) && system.probes.every((probe) => probes.includes(probe))
  )
}

/** The stored records of a run, as claims look at them. */
export function evidenceOf(project: Project, run: StoredRun): Evidence {
  return {
    params: run.spec.params,
    at(quantity, layer, step) {
      const found = project.records.atOrBefore(run.id, quantity, layer, step === 'last' ? run.steps : step)
      return step === 'last' || found?.step === step ? found : null
    },
  }
}
