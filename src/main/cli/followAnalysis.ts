import { setTimeout as sleep } from 'node:timers/promises'
import type { AnalysisDetail } from '#shared/analysis'
import { LabError } from '#shared/errors'
import type { OutlierChoice } from '#shared/outlierChoice'
import type { OpenedService } from '../host/openService'
import type { CommandContext } from './command'
import { ProgressBar } from './progressBar'

const REFRESH_MS = 200

/**
 * Waits for the end. When the person asks to stop it is cancelled, and what it had found stays in the project.
 *
 * @param choice what its outliers are counted by from now on; null: as before
 * @throws LabError 'bad-input' for a rule that this spectrum was not counted with
 */
export async function followAnalysis(
  context: CommandContext,
  service: OpenedService,
  analysisId: number,
  choice: OutlierChoice | null,
): Promise<AnalysisDetail> {
  const bar = new ProgressBar(context.terminal)
  let cancelled = false
  for (;;) {
    const analysis = await service.handlers['analysis.get']({ analysisId })
    if (analysis.status !== 'pending' && analysis.status !== 'running') {
      bar.clear()
      return choice && analysis.result ? chosen(service, analysis, choice) : analysis
    }
    if (analysis.progress) {
      const { products, expected, converged, secondsLeft } = analysis.progress
      bar.show({ label: `products, ${converged} pairs final`, done: products, of: expected, secondsLeft })
    }
    if (context.signal.aborted && !cancelled) {
      cancelled = true
      await service.handlers['analysis.cancel']({ analysisId })
    }
    await sleep(REFRESH_MS)
  }
}

async function chosen(
  service: OpenedService,
  { id, result }: AnalysisDetail,
  choice: OutlierChoice,
): Promise<AnalysisDetail> {
  const rules = result?.meta.counts?.map(({ rule }) => rule) ?? []
  if ('rule' in choice && !rules.includes(choice.rule)) {
    const known = rules.length > 0 ? rules.join(', ') : 'none, because it is not complete'
    throw new LabError('bad-input', `--rule: got "${choice.rule}", this spectrum can be counted by: ${known}.`)
  }
  await service.handlers['analysis.choose']({ analysisId: id, choice })
  return service.handlers['analysis.get']({ analysisId: id })
}
