import { computed, watch, type Ref } from 'vue'
import type { Panel } from '#shared/comparison'
import { loadPanel, type ComparisonContext } from '#charts/compare/context'
import { useClient } from '../../composables/useClient'
import { useLatest } from '../../composables/useLatest'
import type { useCurves } from './useCurves'

/** What a panel is drawn from, loaded again when the panel, the shown runs or their measurements change. */
export function usePanelData(
  panel: Ref<Panel>,
  context: Ref<ComparisonContext>,
  measured: Ref<number>,
  curves: ReturnType<typeof useCurves>,
) {
  const client = useClient()
  const handlers = {
    'comparison.series': curves,
    'comparison.arrays': (input) => client.request('comparison.arrays', input),
    'comparison.theory': (input) => client.request('comparison.theory', input),
  } satisfies Parameters<typeof loadPanel>[2]
  const loading = useLatest(() => loadPanel(panel.value, context.value, handlers))
  /** What decides the numbers; everything else about a panel is only how they are drawn. */
  const asked = computed(() => {
    const runs = context.value.groups
      .filter((group) => !group.hidden)
      .flatMap((group) => group.runs.map(({ id }) => id))
    return JSON.stringify([dataOf(panel.value), runs])
  })
  watch([asked, measured], () => void loading.refresh(), { immediate: true })
  return loading
}

function dataOf(panel: Panel): unknown {
  switch (panel.kind) {
    case 'curves':
    case 'multiples':
      return [panel.metric, panel.x]
    case 'scatter':
      return [panel.summary, panel.setting, panel.theory, panel.xScale]
    case 'heatmap':
    case 'importance':
      return panel.summary
    case 'parallel':
    case 'metrics':
      return panel.summaries
    case 'spectra':
      return [panel.metric, panel.step]
    case 'differences':
      return null
  }
}
