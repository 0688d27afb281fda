import { isRunId, type RunId } from '#shared/ids'
import { parseRunSpec } from '#shared/spec'
import type { NewRun } from '#main/store/runs'

export function runId(number: number): RunId {
  const id = `r-${String(number).padStart(10, '0')}`
  if (!isRunId(id)) throw new Error(`${id} is not a run id`)
  return id
}

export function newRun(number: number, given: Partial<NewRun> = {}): NewRun {
  const spec = parseRunSpec({ system: 'tiny', params: { width: 2 }, name: `run ${number}` })
  return {
    id: runId(number),
    spec,
    quantities: [],
    steps: 10,
    flopsPerStep: 100,
    createdAt: 1_700_000_000_000 + number,
    ...given,
  }
}
