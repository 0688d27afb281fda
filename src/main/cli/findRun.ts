import { LabError } from '#shared/errors'
import { quoteIfNeeded } from '#shared/filter/tokens'
import type { RunId } from '#shared/ids'
import type { OpenedService } from '../host/openService'

/** So many runs are looked through: ids that hold what was given, not only those that begin with it. */
const NAMED = 500

/** The run of this id, or of the beginning of one as far as it is unique. @throws LabError 'not-found' */
export async function findRun(service: OpenedService, given: string): Promise<RunId> {
  const page = { group: null, binned: false, sort: [], columns: [], offset: 0, limit: NAMED }
  const filter = `id ~ ${quoteIfNeeded(given)}`
  const { rows } = await service.handlers['runs.query']({ ...page, filter })
  const { total } = await service.handlers['runs.query']({ ...page, filter: '', limit: 0 })
  return theRun(rows, given, total).id
}

/** As `findRun`, of these runs. @param total how many the project has */
export function theRun<Run extends { readonly id: RunId }>(
  runs: readonly Run[],
  given: string,
  total = runs.length,
): Run {
  const matching = runs.filter((run) => run.id.startsWith(given))
  const [run] = matching
  if (run && matching.length === 1) return run
  if (matching.length > 1) {
    const ids = matching.map((candidate) => candidate.id).join(', ')
    throw new LabError('bad-input', `"${given}" is the beginning of several runs: ${ids}. Give more of the id.`)
  }
  throw new LabError('not-found', `There is no run "${given}" in this project. "collapsar list" shows its ${total}.`)
}
