import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { LabError } from '#shared/errors'
import type { ClaimResult } from '#shared/records'
import { systemClock } from '../store/clock'
import { openProject } from '../store/openProject'
import type { CommandContext } from './command'

/**
 * Keeps verdicts on claims that no run stands behind in a project, where the Library shows them. Nothing of the project's
 * queue starts.
 *
 * @param given null: the default project, which is not made for this
 * @returns where they are, or why they are not kept; empty where there is no project to keep them in
 */
export function keepVerdicts(
  { defaultProject }: Pick<CommandContext, 'defaultProject'>,
  given: string | null,
  system: string,
  verdicts: readonly ClaimResult[],
): string {
  const path = given ?? defaultProject
  if (verdicts.length === 0 || (given === null && !existsSync(path))) return ''
  try {
    const project = openProject(path, { clock: systemClock })
    try {
      if (project.readOnlyReason !== null) throw new LabError('conflict', project.readOnlyReason)
      const at = systemClock.now()
      project.transaction(() => {
        for (const verdict of verdicts) project.claims.saveExact(system, verdict, at)
      })
      return `Verdicts that need no run are kept in ${basename(path)}.`
    } finally {
      project.close()
    }
  } catch (thrown) {
    // They stand in the output: a project that is open elsewhere is no reason to have checked for nothing.
    return `The verdicts were not kept in ${basename(path)}: ${LabError.from(thrown).message}`
  }
}
