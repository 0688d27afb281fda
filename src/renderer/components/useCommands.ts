import { computed } from 'vue'
import { useRouter } from 'vue-router'
import { useActions } from '../composables/useActions'
import { useDraft } from '../composables/useDraft'
import { useRunSearch } from '../composables/useRunSearch'
import { useWorkbench } from '../composables/useWorkbench'
import { runTitle } from './runStatus'
import { words } from './words'

export interface Command {
  readonly id: string
  readonly group: string
  readonly title: string
  readonly hint: string
  readonly keys: readonly string[]
  run(): void
}

/** Rows of one group: with a search text more are worth reading. */
const listed = { idle: 8, searching: 12 }

/**
 * What the palette can do for a search text: the actions of the place and of the frame, then designs and runs, whose
 * words contain every word of it.
 */
export function useCommands(search: () => string) {
  const router = useRouter()
  const registered = useActions()
  const workbench = useWorkbench()
  const foundRuns = useRunSearch(search, listed.searching)
  const draft = useDraft()

  function designing(run: () => void): () => void {
    return () => {
      run()
      void router.push({ name: 'design' })
    }
  }
  // The place that is shown registered last and is most likely meant.
  const ofActions = computed(() =>
    registered.groups.toReversed().flatMap(({ title: group, actions }) =>
      actions
        .filter(({ enabled = true }) => enabled)
        .map(({ id, title, keys, run }): Command => ({
          id: `action:${id}`,
          group,
          title,
          hint: '',
          keys: keys?.split('+') ?? [],
          run,
        })),
    ),
  )
  const ofSystems = computed(() =>
    (workbench.systems ?? []).flatMap((system): Command[] => [
      ...system.presets.map((preset) => ({
        id: `preset:${system.id}:${preset.id}`,
        group: words.commands.preset,
        title: `${system.title}: ${preset.title}`,
        hint: preset.id,
        keys: [],
        run: designing(() => draft.usePreset(system, preset)),
      })),
      {
        id: `system:${system.id}`,
        group: words.commands.defaults,
        title: system.title,
        hint: system.id,
        keys: [],
        run: designing(() => draft.useSystem(system)),
      },
    ]),
  )
  const ofRuns = computed(() =>
    foundRuns.value.map((run): Command => ({
      id: `run:${run.id}`,
      group: words.commands.run,
      title: runTitle(run),
      hint: `${run.system} · ${run.id}`,
      keys: [],
      run: () => void router.push({ name: 'run', params: { runId: run.id } }),
    })),
  )
  return computed(() => {
    const wanted = search().toLowerCase().split(/\s+/).filter(Boolean)
    const matches = [...ofActions.value, ...ofSystems.value, ...ofRuns.value].filter(({ group, title, hint }) => {
      const text = `${group} ${title} ${hint}`.toLowerCase()
      return wanted.every((word) => text.includes(word))
    })
    const most = wanted.length > 0 ? listed.searching : listed.idle
    return [...Map.groupBy(matches, ({ group }) => group).values()].flatMap((group) => group.slice(0, most))
  })
}
