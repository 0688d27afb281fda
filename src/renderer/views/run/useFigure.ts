import { computed, watch, type Ref } from 'vue'
import type { RunDetail } from '#shared/contract/index'
import type { FigureDefinition } from '#shared/figure'
import { buildFigure } from '#charts/figureData'
import { loadFigureSource, type FigureHandlers, type FigureSelection } from '#charts/figureSource'
import { themes, type ChartTheme } from '#charts/theme'
import { useLatest } from '../../composables/useLatest'
import { usePreferences } from '../../composables/usePreferences'

/** A figure of a run at the selected step and layer, drawn again when any of them changes. */
export function useFigure(
  definition: Ref<FigureDefinition>,
  run: Ref<RunDetail>,
  selection: Ref<FigureSelection>,
  reader: FigureHandlers,
) {
  const preferences = usePreferences()
  const drawing = useLatest(async () => {
    const asked = { definition: definition.value, selection: selection.value, theme: themes[preferences.shownTheme] }
    const source = await loadFigureSource(asked.definition, run.value, asked.selection, reader)
    const draw = (theme: ChartTheme) => buildFigure(asked.definition, source, asked.selection, theme)
    return { shown: draw(asked.theme), print: () => draw(themes.print) }
  })
  watch([definition, run, selection, () => preferences.shownTheme], () => void drawing.refresh(), { immediate: true })
  return {
    figure: computed(() => drawing.value.value?.shown ?? null),
    /** The same picture as on paper. */
    print: () => drawing.value.value?.print() ?? null,
    error: drawing.error,
    pending: drawing.pending,
    refresh: drawing.refresh,
  }
}
