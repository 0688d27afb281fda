import { useStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { z } from 'zod'
import type { SystemInfo } from '#shared/contract/index'
import { paramText } from '#shared/params'
import type { Draft } from './draft'
import { storedJson } from './storedJson'

const stored: z.ZodType<Draft> = z.object({
  system: z.string(),
  params: z.record(z.string(), z.string()),
  seed: z.string(),
  perDecade: z.string(),
  extraSteps: z.string(),
  probes: z.array(z.string()).nullable(),
  dtype: z.enum(['float64', 'float32']),
  blas: z.enum(['auto', 'embedded']),
  name: z.string(),
})

const empty: Draft = {
  system: '',
  params: {},
  seed: '0',
  perDecade: '12',
  extraSteps: '',
  probes: null,
  dtype: 'float64',
  blas: 'auto',
  name: '',
}

/** What stands in the designer; survives a reload. */
export const useDraft = defineStore('draft', () => {
  const draft = useStorage<Draft>('collapsar.draft', empty, localStorage, {
    serializer: storedJson(stored, empty),
  })

  function useSystem(system: SystemInfo): void {
    const params = Object.entries(system.params).map(([name, definition]) => [name, paramText(definition.default)])
    draft.value = { ...empty, system: system.id, params: Object.fromEntries(params) }
  }
  function usePreset(system: SystemInfo, preset: SystemInfo['presets'][number]): void {
    useSystem(system)
    const chosen = Object.entries(preset.params).map(([name, value]) => [name, paramText(value)])
    draft.value = {
      ...draft.value,
      params: { ...draft.value.params, ...Object.fromEntries(chosen) },
      extraSteps: preset.extraSteps.join(', '),
      name: preset.id,
    }
  }
  function change(part: Partial<Draft>): void {
    draft.value = { ...draft.value, ...part }
  }
  function setParam(name: string, text: string): void {
    change({ params: { ...draft.value.params, [name]: text } })
  }
  return { draft: computed(() => draft.value), useSystem, usePreset, change, setParam }
})
