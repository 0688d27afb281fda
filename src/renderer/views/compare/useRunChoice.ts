import { computed, type Ref } from 'vue'
import type { RunSummary } from '#shared/contract/index'
import { runTitle } from '../../components/runStatus'
import { useRuns } from '../../composables/useRuns'

const mostListed = 500

/** The runs of the project whose words contain every word of the filter, newest first: the one place that asks for them. */
export function useRunChoice(filter: Ref<string>) {
  const runs = useRuns()
  const found = computed(() => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean)
    return (runs.runs ?? []).filter((run) => words.every((word) => wordsOf(run).includes(word)))
  })
  return {
    listed: computed(() => found.value.slice(0, mostListed)),
    total: computed(() => found.value.length),
  }
}

function wordsOf(run: RunSummary): string {
  return `${runTitle(run)} ${run.id} ${run.system} ${run.status} seed ${run.seed}`.toLowerCase()
}
