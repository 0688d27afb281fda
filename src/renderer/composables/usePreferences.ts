import { usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watchEffect } from 'vue'
import { z } from 'zod'
import { useKept } from './useKept'

const themeSchema = z.enum(['system', 'light', 'dark'])
const densitySchema = z.enum(['comfortable', 'compact'])
const motionSchema = z.enum(['system', 'reduced'])
export type Theme = z.infer<typeof themeSchema>
export type Density = z.infer<typeof densitySchema>
export type Motion = z.infer<typeof motionSchema>

/** How the workbench looks; kept on this machine, not in the project. */
export const usePreferences = defineStore('preferences', () => {
  const theme = useKept<Theme>('theme', themeSchema, 'system', { always: true })
  const density = useKept<Density>('density', densitySchema, 'comfortable', { always: true })
  const motion = useKept<Motion>('motion', motionSchema, 'system', { always: true })
  const prefersDark = usePreferredDark()
  const shownTheme = computed(() => {
    if (theme.value !== 'system') return theme.value
    return prefersDark.value ? 'dark' : 'light'
  })
  watchEffect(() => {
    document.documentElement.dataset['theme'] = shownTheme.value
    document.documentElement.dataset['density'] = density.value
    document.documentElement.dataset['motion'] = motion.value
  })
  return { theme, density, motion, shownTheme }
})
