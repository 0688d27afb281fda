import type { RunSummary } from '#shared/contract/index'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { OpenedService } from '../host/openService'

/** The run of this id, or of the beginning of one as far as it is unique. @throws LabError 'not-found' */
export async function findRun(service: OpenedService, given: string): Promise<RunSummary> {
  return theRun(await service.handlers['runs.list'](null), given)
}

/** As `findRun`, of these runs. */
export function theRun<Run extends { readonly id: RunId }>(runs: readonly Run[], given: string): Run {
  const matching = runs.filter((run) => run.id.startsWith(given))
  const [run] = matching
  if (run && matching.length === 1) return run
  if (matching.length > 1) {
    const ids = matching.map((candidate) => candidate.id).join(', ')
    throw new LabError('bad-input', `"${given}" is the beginning of several runs: ${ids}. Give more of the id.`)
  }
  throw new LabError(
    'not-found',
    `There is no run "${given}" in this project. "collapsar list" shows its ${runs.length}.`,
  )
}
