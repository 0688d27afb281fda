import { setTimeout as sleep } from 'node:timers/promises'
import type { RunDetail, RunStatus, RunSummary } from '#shared/contract/index'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { RunSpec } from '#shared/spec'
import type { OpenedService } from '../host/openService'
import type { CommandContext } from './command'
import { followAnalyses } from './followAnalyses'
import { ProgressBar } from './progressBar'

const REFRESH_MS = 250

/** Queues the runs and follows them; their details come in the order of the specs. */
export async function trainAll(
  context: CommandContext,
  service: OpenedService,
  specs: readonly RunSpec[],
): Promise<RunDetail[]> {
  const ids: RunId[] = []
  for (const spec of specs) ids.push((await service.handlers['run.start']({ spec })).runId)
  const ended = await followRuns(context, service, ids)
  await followAnalyses(context, service, ids)
  return ended
}

/**
 * Waits until every one of these runs has ended. When the person asks to stop they are cancelled, and what was recorded
 * stays in the project.
 */
export async function followRuns(
  context: CommandContext,
  service: OpenedService,
  ids: readonly RunId[],
): Promise<RunDetail[]> {
  const bar = new ProgressBar(context.terminal)
  let cancelled = false
  for (;;) {
    const runs = await service.handlers['runs.summaries']({ runIds: ids })
    const unfinished = runs.filter(isUnfinished)
    if (unfinished.length === 0) break
    // An error on an open run is the queue's: it waits until someone makes room, and nobody watches a terminal for that.
    const trouble = unfinished.find((run) => run.error)?.error
    if (trouble) {
      bar.clear()
      throw LabError.from(trouble)
    }
    bar.show(progressOf(runs))
    if (context.signal.aborted && !cancelled) {
      cancelled = true
      for (const run of unfinished) await service.handlers['run.cancel']({ runId: run.id })
    }
    await sleep(REFRESH_MS)
  }
  bar.clear()
  return Promise.all(ids.map((runId) => service.handlers['run.get']({ runId })))
}

export function isUnfinished({ status }: RunSummary): boolean {
  const unfinished: readonly RunStatus[] = ['pending', 'running']
  return unfinished.includes(status)
}

/** All runs as one bar. Time left is that of the slowest running one, unknown while others wait for a slot. */
function progressOf(runs: readonly RunSummary[]) {
  const ended = runs.filter((run) => !isUnfinished(run)).length
  const left = runs.map((run) => run.secondsLeft).filter((seconds) => seconds !== null)
  const isWaiting = runs.some((run) => run.status === 'pending')
  return {
    label: runs.length === 1 ? runs[0]!.system : `${ended} of ${runs.length} runs done`,
    done: Math.round(runs.reduce((sum, run) => sum + (isUnfinished(run) ? run.fraction * run.steps : run.steps), 0)),
    of: runs.reduce((sum, run) => sum + run.steps, 0),
    secondsLeft: isWaiting || left.length === 0 ? null : Math.max(...left),
  }
}
