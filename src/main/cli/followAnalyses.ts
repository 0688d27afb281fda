import { setTimeout as sleep } from 'node:timers/promises'
import type { RunId } from '#shared/ids'
import type { OpenedService } from '../host/openService'
import type { CommandContext } from './command'

const REFRESH_MS = 250

/** Waits until the analyses that these runs plan are over; cancels them when the person asks to stop. */
export async function followAnalyses(context: CommandContext, service: OpenedService, ids: readonly RunId[]) {
  for (const runId of ids) {
    for (;;) {
      const all = await service.handlers['analyses.list']({ runId })
      const open = all.filter(({ status }) => status === 'pending' || status === 'running')
      if (open.length === 0) break
      if (context.signal.aborted) {
        for (const { id } of open) await service.handlers['analysis.cancel']({ analysisId: id })
      }
      await sleep(REFRESH_MS)
    }
  }
}
