import type { Requests, RunDetail } from '#shared/contract/index'
import type { FigureHandlers } from '#charts/figureSource'
import type { Client } from '../../composables/useClient'

/**
 * Reads a run's arrays for figures and keeps them: sliding through the steps or opening a second panel asks nothing
 * twice. What was measured since shows in the `measured` of the run, so an answer is known to be out of date.
 */
export function createRunReader(client: Client, run: () => RunDetail | null): FigureHandlers {
  const series = createKeeper<Requests['run.series']['output']>()
  const arrays = createKeeper<Requests['run.arrays']['output']>()
  const array = createKeeper<Requests['run.array']['output']>()

  function stepsOf({ quantity, layer }: { quantity: string; layer: number | null }): Float64Array {
    const entry = run()?.measured.find((candidate) => candidate.quantity === quantity && candidate.layer === layer)
    return entry?.steps ?? new Float64Array(0)
  }
  return {
    'run.series': (input) => series(keyOf(input), stepsOf(input).length, () => client.request('run.series', input)),
    'run.arrays': (input) => arrays(keyOf(input), stepsOf(input).length, () => client.request('run.arrays', input)),
    'run.array': (input) => {
      const step = stepsOf(input).findLast((measured) => measured <= input.step)
      if (step === undefined) return Promise.resolve(null)
      // What was measured at a step never changes: its version is always 0.
      return array(`${keyOf(input)} ${step}`, 0, () => client.request('run.array', { ...input, step }))
    },
  }
}

function keyOf({ quantity, layer }: { quantity: string; layer: number | null }): string {
  return `${quantity} ${layer ?? ''}`
}

/** Keeps the answer to each question until a newer version of it is wanted. */
function createKeeper<T>() {
  const kept = new Map<string, { readonly version: number; readonly answer: Promise<T> }>()
  return (key: string, version: number, ask: () => Promise<T>): Promise<T> => {
    const known = kept.get(key)
    if (known?.version === version) return known.answer
    const entry = { version, answer: ask() }
    kept.set(key, entry)
    // A failed answer is not kept: the next look asks again.
    entry.answer.catch(() => kept.get(key) === entry && kept.delete(key))
    return entry.answer
  }
}
