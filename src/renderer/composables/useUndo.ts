import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useNotices } from './useNotices'
import { words } from './words'

interface Done {
  readonly notice: number
  readonly text: string
  undo(): Promise<unknown>
}

/** So many steps back. */
const remembered = 50

/** What a person did and can take back: by the button of its notice while that is shown, by Ctrl+Z also later. */
export const useUndo = defineStore('undo', () => {
  const notices = useNotices()
  const done = ref<readonly Done[]>([])

  /** Says what was done. `undo` takes it back; its refusal is shown, and the step is gone either way. */
  function say(text: string, undo: () => Promise<unknown>): void {
    const notice = notices.show({ text, action: { label: words.undo, run: () => void takeBack(notice) } })
    done.value = [...done.value, { notice, text, undo }].slice(-remembered)
  }
  async function takeBack(notice: number): Promise<void> {
    const step = done.value.find((candidate) => candidate.notice === notice)
    if (!step) return
    done.value = done.value.filter((candidate) => candidate !== step)
    notices.dismiss(notice)
    await notices.guard(step.undo)
  }
  const last = computed(() => done.value.at(-1) ?? null)
  async function undoLast(): Promise<void> {
    if (last.value) await takeBack(last.value.notice)
  }
  return { last, say, undoLast }
})
