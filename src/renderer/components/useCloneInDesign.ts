import { useRouter } from 'vue-router'
import type { RunId, SweepId } from '#shared/ids'
import { parseSweepSpec } from '#shared/sweep'
import { useClient } from '../composables/useClient'
import { useDraft } from '../composables/useDraft'
import { useNotices } from '../composables/useNotices'

/** Takes the spec of a run or sweep over into Design, which then shows what is changed. */
export function useCloneInDesign() {
  const client = useClient()
  const drafts = useDraft()
  const notices = useNotices()
  const router = useRouter()

  return {
    fromRun: (runId: RunId) =>
      notices.guard(async () => {
        const { spec, name } = await client.request('run.get', { runId })
        drafts.cloneFrom(parseSweepSpec({ name: spec.name, base: spec }), name || runId)
        await router.push({ name: 'design' })
      }),
    fromSweep: (sweepId: SweepId) =>
      notices.guard(async () => {
        const { spec, name } = await client.request('sweep.get', { sweepId })
        drafts.cloneFrom(spec, name || sweepId)
        await router.push({ name: 'design' })
      }),
  }
}
