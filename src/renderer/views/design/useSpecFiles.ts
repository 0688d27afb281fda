import { useFileDialog } from '@vueuse/core'
import { computed, watch } from 'vue'
import { LabError } from '#shared/errors'
import { parseSweepSpec, sweepToJson, type SweepSpec } from '#shared/sweep'
import type { NamedSpec } from '#shared/contract/sweeps'
import { sweepFromFile } from '../../composables/draftFrom'
import type { DraftSpec } from '../../composables/draftSpec'
import { useClient } from '../../composables/useClient'
import { useDraft } from '../../composables/useDraft'
import { useLatest } from '../../composables/useLatest'
import { useNotices } from '../../composables/useNotices'
import { useUndo } from '../../composables/useUndo'
import { useWorkbench } from '../../composables/useWorkbench'
import { saveFile } from '../../components/saveFile'
import { words } from './words'

/** Files larger than this are no design: the list of 10 000 values that one may hold has far less. */
const mostBytes = 4e6

/** Designs saved under a name in the project, and as JSON files. */
export function useSpecFiles(made: () => DraftSpec | null) {
  const client = useClient()
  const drafts = useDraft()
  const workbench = useWorkbench()
  const notices = useNotices()
  const undo = useUndo()
  const saved = useLatest(() => client.request('specs.list', null))
  const dialog = useFileDialog({ accept: '.json,application/json', multiple: false, reset: true })

  /** A single run is a sweep without axes. */
  function current(): SweepSpec {
    const { sweep, base } = made() ?? {}
    return parseSweepSpec(sweep ?? { name: base?.name ?? '', base })
  }
  function open(spec: SweepSpec, title: string): void {
    if (!workbench.systemById(spec.base.system)) {
      throw new LabError('not-found', words.specs.unknownSystem(spec.base.system))
    }
    drafts.cloneFrom(spec, title)
  }
  const save = () =>
    notices.guard(async () => {
      const spec = current()
      if (spec.name === '') throw new LabError('bad-input', words.specs.needsName)
      await client.request('specs.save', { name: spec.name, spec })
      await saved.refresh()
      notices.show({ text: words.specs.saved(spec.name) })
    })
  const remove = ({ name, spec }: NamedSpec) =>
    notices.guard(async () => {
      await client.request('specs.delete', { name })
      await saved.refresh()
      undo.say(words.specs.removed(name), async () => {
        await client.request('specs.save', { name, spec })
        await saved.refresh()
      })
    })
  const openSaved = ({ name, spec }: NamedSpec) => notices.guard(async () => open(spec, name))
  const exportFile = () =>
    notices.guard(async () => {
      const spec = current()
      saveFile(words.specs.file(spec.name), new Blob([sweepToJson(spec)], { type: 'application/json' }))
    })
  dialog.onChange((files) => {
    const file = files?.[0]
    if (!file) return
    void notices.guard(async () => {
      if (file.size > mostBytes) {
        throw new LabError('bad-input', `${file.name} has ${file.size} bytes; a design has at most ${mostBytes}.`)
      }
      open(sweepFromFile(await file.text()), file.name)
      notices.show({ text: words.specs.imported(file.name) })
    })
  })
  watch(client.connection, (state) => state === 'open' && void saved.refresh(), { immediate: true })
  return {
    saved: computed(() => saved.value.value ?? []),
    save,
    remove,
    openSaved,
    exportFile,
    importFile: () => dialog.open(),
  }
}
