import type { MarkChange, RunColor } from '#shared/contract/runs'
import type { RunId } from '#shared/ids'
import { useClient } from './useClient'
import { useNotices } from './useNotices'
import { useUndo } from './useUndo'
import { words } from './words'

/** Names, stars, colours, tags and notes of any number of runs; each change can be taken back. */
export function useRunMarks() {
  const { request } = useClient()
  const notices = useNotices()
  const undo = useUndo()
  const says = words.marks

  function mark(runIds: readonly RunId[], change: MarkChange, done: string, how?: { quiet: boolean }): Promise<void> {
    return notices.guard(async () => {
      const back = await request('runs.mark', { runIds, change })
      if (back.length === 0) return
      const takeBack = async () => {
        for (const step of back) await request('runs.mark', step)
      }
      undo.say(done, takeBack, how)
    })
  }
  return {
    rename: (runIds: readonly RunId[], name: string) =>
      mark(runIds, { name }, name === '' ? says.unnamed(runIds) : says.renamed(runIds, name)),
    // The row shows it: only the undo has to know.
    star: (runIds: readonly RunId[], star: boolean) =>
      mark(runIds, { star }, star ? says.starred(runIds) : says.unstarred(runIds), { quiet: runIds.length === 1 }),
    colour: (runIds: readonly RunId[], color: RunColor | null) =>
      mark(runIds, { color }, color === null ? says.uncoloured(runIds) : says.coloured(runIds, color)),
    addTag: (runIds: readonly RunId[], tag: string) => mark(runIds, { addTags: [tag] }, says.tagged(runIds, tag)),
    removeTag: (runIds: readonly RunId[], tag: string) =>
      mark(runIds, { removeTags: [tag] }, says.untagged(runIds, tag)),
    note: (runId: RunId, note: string) => mark([runId], { note }, says.noted(runId)),
  }
}
