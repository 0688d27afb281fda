import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunDetail } from '#shared/contract/index'
import type { System } from '../../core/system'
import { PROJECT_FILE_NAME } from '../../host/defaultProject'
import { checkExactClaims } from '../checkClaims'
import { claimSummary, claimTable, verdictLines, type CheckedClaim } from '../claimTable'
import { defineCommand, jsonOption, projectOption, type CommandContext } from '../command'
import { trainAll } from '../followRuns'
import { keepVerdicts } from '../keepVerdicts'
import { unknownWord } from '../nearest'
import { wholeNumber } from '../numberOption'
import { presetSpec, systemNamed } from '../specFromOptions'
import { withService } from '../withService'

/** One run claim on one seed. */
interface Trial {
  readonly claimId: string
  readonly preset: string
  readonly seed: number
}

export const claims = defineCommand({
  name: 'claims',
  summary: 'check what a source claims: trains its presets and compares',
  positionals: [{ name: 'SYSTEM', help: 'whose claims' }],
  options: {
    only: { type: 'string', placeholder: 'ID', help: 'one claim only, as in 01.C2' },
    seeds: { type: 'string', placeholder: 'N', help: 'the first N seeds of each claim (default: all it names)' },
    slow: { type: 'boolean', help: 'claims that take minutes as well' },
    all: { type: 'boolean', help: 'every comparison, not only the tightest of each claim and run' },
    project: { ...projectOption, help: 'keeps the verdicts that need no run (default: the one of the workbench)' },
    json: jsonOption,
  },
  async run(context, { only, seeds, slow = false, all = false, project }, [systemId = '']) {
    const system = systemNamed(context.systems, systemId)
    const ids = system.claims.map((claim) => claim.id)
    if (only !== undefined && !ids.includes(only)) throw unknownWord(`claim of ${system.id}:`, only, ids)
    const isWanted = (id: string, isSlow: boolean) => (only === undefined ? slow || !isSlow : id === only)
    const seedCount = seeds === undefined ? Infinity : wholeNumber('seeds', seeds, 1, 10_000)
    const trained = await checkTrials(context, system, trialsOf(system, isWanted, seedCount))
    const exact = await checkExactClaims(context, system, isWanted)
    const checked = [...trained, ...exact]
    const kept = keepVerdicts(context, project ?? null, system.id, exact)
    const left = system.claims.filter((claim) => !isWanted(claim.id, claim.slow ?? false)).map((claim) => claim.id)
    return {
      exitCode: checked.every((claim) => claim.holds) ? 0 : 1,
      document: { system: system.id, claims: checked, notChecked: left },
      text: [(all ? claimTable : claimSummary)(checked), verdictLines(checked), ...slowLine(only, left), kept]
        .filter(Boolean)
        .join('\n'),
    }
  },
})

function trialsOf(system: System, isWanted: (id: string, slow: boolean) => boolean, seedCount: number): Trial[] {
  return system.claims.flatMap((claim) => {
    if (claim.kind !== 'run' || !isWanted(claim.id, claim.slow ?? false)) return []
    return claim.seeds.slice(0, seedCount).map((seed) => ({ claimId: claim.id, preset: claim.preset, seed }))
  })
}

/** Trains every preset and seed once, however many claims look at it, in a project that is thrown away afterwards. */
async function checkTrials(context: CommandContext, system: System, trials: readonly Trial[]): Promise<CheckedClaim[]> {
  if (trials.length === 0) return []
  const runs = new Map(trials.map((trial) => [keyOf(trial), presetSpec(system, trial.preset, trial.seed)]))
  const folder = await mkdtemp(join(tmpdir(), 'collapsar-claims-'))
  try {
    const project = join(folder, PROJECT_FILE_NAME)
    const details = await withService(context, { project, slots: context.cores, resumes: false }, (service) =>
      trainAll(context, service, [...runs.values()]),
    )
    const byKey = new Map([...runs.keys()].map((key, i) => [key, details[i]!]))
    return trials.map((trial) => resultOf(system, trial, byKey.get(keyOf(trial))!))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function keyOf({ preset, seed }: Trial): string {
  return `${preset}, seed ${seed}`
}

function resultOf(system: System, trial: Trial, run: RunDetail): CheckedClaim {
  const on = keyOf(trial)
  const result = run.claims.find((claim) => claim.id === trial.claimId)
  if (result) return { ...result, on }
  const { title, source } = system.claims.find((claim) => claim.id === trial.claimId)!
  return {
    id: trial.claimId,
    title,
    source,
    holds: false,
    checks: [],
    on: `${on} (the run ${run.status})`,
  }
}

function slowLine(only: string | undefined, left: readonly string[]): string[] {
  return only === undefined && left.length > 0
    ? [`Not checked because they take minutes: ${left.join(', ')}; add --slow.`]
    : []
}
