import { usePreferredDark, useStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watchEffect } from 'vue'

const themeNames = ['system', 'light', 'dark'] as const
const densities = ['comfortable', 'compact'] as const
export type Theme = (typeof themeNames)[number]
export type Density = (typeof densities)[number]

/** How the workbench looks; kept on this machine, not in the project. */
export const usePreferences = defineStore('preferences', () => {
  const theme = useStorage<Theme>('collapsar.theme', 'system', localStorage, { serializer: oneOf(themeNames) })
  const density = useStorage<Density>('collapsar.density', 'comfortable', localStorage, {
    serializer: oneOf(densities),
  })
  const prefersDark = usePreferredDark()
  const shownTheme = computed(() => {
    if (theme.value !== 'system') return theme.value
    return prefersDark.value ? 'dark' : 'light'
  })
  watchEffect(() => {
    document.documentElement.dataset['theme'] = shownTheme.value
    document.documentElement.dataset['density'] = density.value
  })
  return { theme, density, shownTheme }
})

/** Keeps only known words: what stands in the browser's storage may be from another version. */
function oneOf<T extends string>(known: readonly [T, ...T[]]) {
  return {
    read: (stored: string): T => known.find((word) => word === stored) ?? known[0],
    write: (word: T): string => word,
  }
}
