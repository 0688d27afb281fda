import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import { useClient } from './useClient'
import { useLatest } from './useLatest'

/** What the service says about itself and the systems it knows; asked for at the start and after a reconnection. */
export const useWorkbench = defineStore('workbench', () => {
  const client = useClient()
  const { value, error, refresh } = useLatest(async () => {
    const [app, systems] = await Promise.all([client.request('app.info', null), client.request('systems.list', null)])
    return { app, systems }
  })
  const app = computed(() => value.value?.app ?? null)
  const systems = computed(() => value.value?.systems ?? null)

  function systemById(id: string) {
    return systems.value?.find((system) => system.id === id) ?? null
  }
  watch(client.connection, (state) => state === 'open' && void refresh(), { immediate: true })

  return { app, systems, error, refresh, systemById }
})
