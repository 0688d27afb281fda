import { computed, onScopeDispose, ref, type Ref } from 'vue'
import type { SystemInfo } from '#shared/contract/index'
import { useClient } from './useClient'
import { useNotices } from './useNotices'
import { useWorkbench } from './useWorkbench'

/** Claims of a system that no run stands behind, checked one after the other as long as the page that asked is there. */
export function useClaimChecks(system: Ref<SystemInfo>) {
  const client = useClient()
  const notices = useNotices()
  const workbench = useWorkbench()
  /** The id of the claim that is being checked. */
  const checking = ref<string | null>(null)
  let left = false
  onScopeDispose(() => (left = true))

  /** Slow ones take minutes: they are for the command line. */
  const open = computed(() =>
    system.value.claims.filter(
      ({ id, kind, slow }) => kind === 'exact' && !slow && system.value.claimStatus[id] === undefined,
    ),
  )

  function check(): Promise<void> {
    return notices.guard(async () => {
      try {
        for (const { id } of open.value) {
          if (left) return
          checking.value = id
          await client.request('claim.check', { system: system.value.id, claimId: id })
          await workbench.refresh()
        }
      } finally {
        checking.value = null
      }
    })
  }
  return { open, checking, check }
}
