import { defineStore } from 'pinia'
import { ref } from 'vue'
import { LabError } from '#shared/errors'

export interface Notice {
  readonly text: string
  readonly tone?: 'plain' | 'error'
  readonly action?: { readonly label: string; run(): void }
}

const shownForMs = 8000

/** Short messages at the foot of the window: what was done, how to undo it, and what could not be done. */
export const useNotices = defineStore('notices', () => {
  const notices = ref<(Notice & { readonly id: number })[]>([])
  let nextId = 1

  /** @returns the number by which it can be dismissed */
  function show(notice: Notice): number {
    const id = nextId++
    notices.value = [...notices.value, { ...notice, id }]
    // An error stays until it is dismissed: nobody should miss why something did not happen.
    if (notice.tone !== 'error') setTimeout(() => dismiss(id), shownForMs)
    return id
  }
  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id)
  }
  /** Does something a person asked for; a refusal becomes a notice. */
  async function guard(action: () => Promise<unknown>): Promise<void> {
    try {
      await action()
    } catch (thrown) {
      show({ text: LabError.from(thrown).message, tone: 'error' })
    }
  }
  return { notices, show, dismiss, guard }
})
