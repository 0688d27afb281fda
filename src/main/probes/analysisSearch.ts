import { z } from 'zod'
import type { JsonValue } from '#shared/json'
import { LabError } from '#shared/errors'
import { parseWith } from '#shared/spec'
import { packState, unpackState, type EigenpairsState, type PackedState, type ProbeRule } from '#main/spectra/index'

/** An eigenpair as far as an analysis goes on from it. */
export interface KnownPair {
  readonly value: number
  readonly residual: number
  readonly vector: Float64Array
}

/** What the iteration found, once it has come to its end. */
export interface FoundPairs {
  /** Without the pairs that did not converge. */
  readonly top: readonly KnownPair[]
  readonly bottom: readonly KnownPair[]
  readonly products: number
  readonly orthogonalityDefect: number
}

/** Where an analysis was stopped: on its way to the pairs, or to the density of what is left without them. */
export type AnalysisSearch =
  | { readonly phase: 'pairs'; readonly state: EigenpairsState }
  | { readonly phase: 'density'; readonly found: FoundPairs; readonly probes: readonly ProbeRule[] }

/** A search as plain numbers and arrays, for whoever keeps it between processes. */
export interface PackedSearch {
  readonly facts: Readonly<Record<string, JsonValue>>
  readonly arrays: PackedState['arrays']
}

const count = z.int().min(0)
const phaseSchema = z.object({ phase: z.enum(['pairs', 'density']) })
const densityFactsSchema = z.object({
  n: count,
  top: count,
  bottom: count,
  products: count,
  orthogonalityDefect: z.number(),
  probes: z.array(
    z.object({ nodes: count, firstAlpha: z.number(), stopped: z.enum(['steps', 'breakdown', 'cancelled']) }),
  ),
})

/** Bit for bit; `unpackSearch` is the inverse. @param n dimension of the operator */
export function packSearch(search: AnalysisSearch, n: number): PackedSearch {
  if (search.phase === 'pairs') {
    const { facts, arrays } = packState(search.state, n)
    return { facts: { ...facts, phase: 'pairs' }, arrays }
  }
  const { found, probes } = search
  const pairs = [...found.top, ...found.bottom]
  return {
    facts: {
      phase: 'density',
      n,
      top: found.top.length,
      bottom: found.bottom.length,
      products: found.products,
      orthogonalityDefect: found.orthogonalityDefect,
      probes: probes.map(({ nodes, firstAlpha, stopped }) => ({ nodes: nodes.length, firstAlpha, stopped })),
    },
    arrays: {
      values: Float64Array.from(pairs, ({ value }) => value),
      residuals: Float64Array.from(pairs, ({ residual }) => residual),
      vectors: behindEachOther(pairs.map(({ vector }) => vector)),
      nodes: behindEachOther(probes.map(({ nodes }) => nodes)),
      weights: behindEachOther(probes.map(({ weights }) => weights)),
    },
  }
}

/** @throws LabError 'bad-input' if what comes from a store is no search */
export function unpackSearch(stored: {
  readonly facts: unknown
  readonly arrays: PackedState['arrays']
}): AnalysisSearch {
  const { phase } = parseWith(phaseSchema, stored.facts, 'search')
  if (phase === 'pairs') return { phase, state: unpackState(stored) }
  const { n, top, bottom, probes, ...rest } = parseWith(densityFactsSchema, stored.facts, 'search')
  const take = (name: string, length: number) => {
    const found = stored.arrays[name]
    if (found?.length === length) return Float64Array.from(found)
    const given = found ? `has ${found.length} numbers` : 'is missing'
    throw new LabError('bad-input', `A stored search cannot be read: "${name}" ${given}, expected ${length}.`, { name })
  }
  const [values, residuals] = [take('values', top + bottom), take('residuals', top + bottom)]
  const vectors = take('vectors', (top + bottom) * n)
  const pairs = Array.from(values, (value, k) => {
    return { value, residual: residuals[k]!, vector: vectors.subarray(k * n, (k + 1) * n) }
  })
  const total = probes.reduce((sum, { nodes }) => sum + nodes, 0)
  const [nodes, weights] = [take('nodes', total), take('weights', total)]
  let start = 0
  return {
    phase,
    found: { top: pairs.slice(0, top), bottom: pairs.slice(top), ...rest },
    probes: probes.map(({ nodes: length, firstAlpha, stopped }) => {
      const [from, to] = [start, (start += length)]
      return { nodes: nodes.subarray(from, to), weights: weights.subarray(from, to), firstAlpha, stopped }
    }),
  }
}

/** Vectors as one array. */
export function behindEachOther(vectors: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(vectors.reduce((sum, { length }) => sum + length, 0))
  let start = 0
  for (const vector of vectors) {
    whole.set(vector, start)
    start += vector.length
  }
  return whole
}
