import { computed } from 'vue'
import { useRouter } from 'vue-router'
import { useDraft } from '../composables/useDraft'
import { useRunSearch } from '../composables/useRunSearch'
import { useWorkbench } from '../composables/useWorkbench'
import type { RailEntry } from './railEntry'
import { runTitle } from './runStatus'

export interface Command {
  readonly id: string
  readonly group: 'Go to' | 'Design from preset' | 'Open run'
  readonly title: string
  readonly hint: string
  run(): void
}

const listed = 12

/** What the palette can do for a search text: places, presets and runs whose words contain every word of it. */
export function useCommands(places: () => readonly RailEntry[], search: () => string) {
  const router = useRouter()
  const workbench = useWorkbench()
  const foundRuns = useRunSearch(search, listed)
  const draft = useDraft()

  const commands = computed((): Command[] => [
    ...places().map((place) => ({
      id: `place:${place.name}`,
      group: 'Go to' as const,
      title: place.title,
      hint: '',
      run: () => void router.push({ name: place.name }),
    })),
    ...(workbench.systems ?? []).flatMap((system) =>
      system.presets.map((preset) => ({
        id: `preset:${system.id}:${preset.id}`,
        group: 'Design from preset' as const,
        title: `${system.title}: ${preset.title}`,
        hint: preset.id,
        run: () => {
          draft.usePreset(system, preset)
          void router.push({ name: 'design' })
        },
      })),
    ),
    ...foundRuns.value.map((run) => ({
      id: `run:${run.id}`,
      group: 'Open run' as const,
      title: runTitle(run),
      hint: `${run.system} · ${run.id}`,
      run: () => void router.push({ name: 'run', params: { runId: run.id } }),
    })),
  ])
  return computed(() => {
    const words = search().toLowerCase().split(/\s+/).filter(Boolean)
    const matches = commands.value.filter(({ group, title, hint }) => {
      const text = `${group} ${title} ${hint}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    return matches.slice(0, listed)
  })
}
