import { setTimeout as sleep } from 'node:timers/promises'
import type { SweepDetail } from '#shared/contract/sweeps'
import { LabError } from '#shared/errors'
import type { SweepId } from '#shared/ids'
import type { OpenedService } from '../host/openService'
import type { CommandContext } from './command'
import { ProgressBar } from './progressBar'

const REFRESH_MS = 250
const PAUSED =
  'The queue of this project is paused, so the sweep waits. Resume the queue in the workbench, or name another --project.'

/**
 * Waits until every run of a sweep has ended. When the person asks to stop it is cancelled, and what was recorded stays
 * in the project.
 * @throws LabError when the queue stands still: nobody watches a terminal to make room
 */
export async function followSweep(
  context: CommandContext,
  service: OpenedService,
  sweepId: SweepId,
): Promise<SweepDetail> {
  const bar = new ProgressBar(context.terminal)
  let cancelled = false
  for (;;) {
    const sweep = await service.handlers['sweep.get']({ sweepId })
    if (sweep.endedAt !== null) {
      bar.clear()
      return sweep
    }
    const { trouble, paused } = await service.handlers['queue.list']({ offset: 0, limit: 0 })
    if (trouble || paused) {
      bar.clear()
      throw trouble ? LabError.from(trouble) : new LabError('conflict', PAUSED)
    }
    const { pending, running } = sweep.counts
    const label = `${sweep.runs - pending - running} of ${sweep.runs} runs done`
    bar.show({ label, ...sweep.steps, secondsLeft: sweep.secondsLeft })
    if (context.signal.aborted && !cancelled) {
      cancelled = true
      await service.handlers['sweep.cancel']({ sweepId })
    }
    await sleep(REFRESH_MS)
  }
}
