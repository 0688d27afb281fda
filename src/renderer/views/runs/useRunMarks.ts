import type { MarkChange } from '#shared/contract/runs'
import type { RunId } from '#shared/ids'
import { useClient } from '../../composables/useClient'
import { useNotices } from '../../composables/useNotices'
import { words } from './words'

/** Stars, colours, tags and notes of any number of runs. */
export function useRunMarks(changed: () => Promise<void>) {
  const { request } = useClient()
  const notices = useNotices()

  /** @param done what is said when it is done; null says nothing, because the table shows it */
  function mark(runIds: readonly RunId[], change: MarkChange, done: string | null = null): Promise<void> {
    return notices.guard(async () => {
      await request('runs.mark', { runIds, change })
      await changed()
      if (done !== null) notices.show({ text: done })
    })
  }

  return {
    mark,
    addTag: (runIds: readonly RunId[], tag: string) =>
      mark(runIds, { addTags: [tag] }, words.marks.tagged(runIds.length, tag)),
    removeTag: (runIds: readonly RunId[], tag: string) =>
      mark(runIds, { removeTags: [tag] }, words.marks.untagged(runIds.length, tag)),
  }
}
