import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useNotices } from './useNotices'
import { words } from './words'

interface Done {
  readonly id: number
  readonly text: string
  /** The message that offers to take it back; null where none was shown. */
  readonly notice: number | null
  undo(): Promise<unknown>
}

/** So many steps back. */
const remembered = 50

/** What a person did and can take back: by the button of its notice while that is shown, by Ctrl+Z also later. */
export const useUndo = defineStore('undo', () => {
  const notices = useNotices()
  const done = ref<readonly Done[]>([])
  let nextId = 1

  /**
   * Says what was done. `undo` takes it back; its refusal is shown, and the step is gone either way.
   *
   * @param how `quiet`: what was done is seen where it was done; Ctrl+Z knows it, no notice says it
   */
  function say(text: string, undo: () => Promise<unknown>, how: { readonly quiet: boolean } = { quiet: false }): void {
    const id = nextId++
    const action = { label: words.undo, run: () => void takeBack(id) }
    const notice = how.quiet ? null : notices.show({ text, action })
    done.value = [...done.value, { id, notice, text, undo }].slice(-remembered)
  }
  async function takeBack(id: number): Promise<void> {
    const step = done.value.find((candidate) => candidate.id === id)
    if (!step) return
    done.value = done.value.filter((candidate) => candidate !== step)
    if (step.notice !== null) notices.dismiss(step.notice)
    await notices.guard(step.undo)
  }
  const last = computed(() => done.value.at(-1) ?? null)
  async function undoLast(): Promise<void> {
    if (last.value) await takeBack(last.value.id)
  }
  return { last, say, undoLast }
})
