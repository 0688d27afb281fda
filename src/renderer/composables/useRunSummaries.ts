import { computed } from 'vue'
import type { RunSummary } from '#shared/contract/index'
import type { RunId } from '#shared/ids'
import { useRuns } from './useRuns'

/** Summaries of runs by their ids, kept up to date. */
export function useRunSummaries() {
  const runs = useRuns()
  const byId = computed(() => new Map<RunId, RunSummary>((runs.runs ?? []).map((run) => [run.id, run])))
  return { summaryOf: (id: RunId) => byId.value.get(id) ?? null }
}
