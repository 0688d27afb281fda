import { defineStore } from 'pinia'
import { computed } from 'vue'
import { z } from 'zod'
import type { SystemInfo } from '#shared/contract/index'
import { paramText } from '#shared/params'
import { sweepSpecSchema, type SweepSpec } from '#shared/sweep'
import { draftSchema, emptyDraft, type Draft, type DraftStrategy } from './draft'
import { draftFrom } from './draftFrom'
import { useKept } from './useKept'

/** What a draft was made from: what was changed since is shown beside it. */
const originSchema = z.object({ title: z.string(), spec: sweepSpecSchema }).nullable()
export type DraftOrigin = z.infer<typeof originSchema>

/** What stands in the designer; survives a reload. */
export const useDraft = defineStore('draft', () => {
  const draft = useKept<Draft>('draft', draftSchema, emptyDraft)
  const origin = useKept<DraftOrigin>('draftOrigin', originSchema, null)

  function useSystem(system: SystemInfo): void {
    draft.value = { ...emptyDraft, system: system.id }
    origin.value = null
  }
  function usePreset(system: SystemInfo, preset: SystemInfo['presets'][number]): void {
    useSystem(system)
    const chosen = Object.entries(preset.params).map(([name, value]) => [`params.${name}`, paramText(value)])
    setFields({
      ...Object.fromEntries(chosen),
      'schedule.extraSteps': preset.extraSteps.join(', '),
      name: preset.id,
    })
  }
  /** Takes a spec over to be edited; `title` names what it was. */
  function cloneFrom(spec: SweepSpec, title: string): void {
    draft.value = draftFrom(spec)
    origin.value = { title, spec }
  }
  function change(part: Partial<Draft>): void {
    draft.value = { ...draft.value, ...part }
  }
  function setFields(fields: Draft['fields']): void {
    change({ fields: { ...draft.value.fields, ...fields } })
  }
  function setStrategy(part: Partial<DraftStrategy>): void {
    change({ strategy: { ...draft.value.strategy, ...part } })
  }
  /** Lets two fields move together, or (null) lets one go from the others. */
  function zip(path: string, partner: string | null): void {
    const others = draft.value.zips.map((group) => group.filter((known) => known !== path))
    const joined =
      partner === null
        ? others
        : others.some((group) => group.includes(partner))
          ? others.map((group) => (group.includes(partner) ? [...group, path] : group))
          : [...others, [partner, path]]
    change({ zips: joined.filter((group) => group.length > 1) })
  }
  return {
    draft: computed(() => draft.value),
    origin: computed(() => origin.value),
    useSystem,
    usePreset,
    cloneFrom,
    change,
    setField: (path: string, text: string) => setFields({ [path]: text }),
    setStrategy,
    zip,
  }
})
