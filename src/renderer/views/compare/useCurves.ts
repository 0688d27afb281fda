import { watch } from 'vue'
import { metricKey, type Metric } from '#shared/comparison'
import type { ComparisonRequests } from '#shared/contract/comparisons'
import { metricsOf } from '#charts/compare/context'
import { useClient } from '../../composables/useClient'
import { useComparison } from '../../composables/useComparison'

type Curves = ComparisonRequests['comparison.series']['output']

/**
 * The curves of one metric of all compared runs. Panels that show the same metric share them, and what the panels show
 * is asked for as soon as the place opens: curves need not wait until it is known what the runs are.
 */
export function useCurves(): (metric: Metric) => Promise<Curves> {
  const { request, connection } = useClient()
  const store = useComparison()
  const known = new Map<string, Promise<Curves>>()

  function curves({ quantity, layer }: Metric): Promise<Curves> {
    const key = metricKey({ quantity, layer })
    const found = known.get(key)
    if (found) return found
    const asked = request('comparison.series', { runIds: [...store.comparison.runIds], quantity, layer })
    known.set(key, asked)
    // Asked anew next time; whoever waits for this answer says what went wrong.
    asked.catch(() => known.get(key) === asked && known.delete(key))
    return asked
  }

  watch([() => store.comparison.runIds.join(), () => store.measured], () => known.clear(), { flush: 'sync' })
  watch(
    connection,
    (state) => state === 'open' && store.comparison.panels.flatMap(metricsOf).forEach((metric) => void curves(metric)),
    { immediate: true },
  )
  return curves
}
