import { z } from 'zod'
import { LabError } from '#shared/errors'
import { parseWith } from '#shared/spec'
import { matrix } from '#main/compute/matrix'
import type { EigenpairsState, LockedPair } from './extremeEigenpairs'
import type { StoredVector } from './storedVectors'

/** A state as flat arrays and plain numbers: what a process sends and a store keeps. */
export interface PackedState {
  readonly facts: PackedFacts
  readonly arrays: Readonly<Record<string, StoredVector>>
}

const count = z.int().min(0)
const packedFactsSchema = z.object({
  n: count,
  top: count,
  bottom: count,
  aside: count,
  size: count,
  next: count,
  coupling: z.object({ rows: count, cols: count }),
  hasImages: z.boolean(),
  run: count,
  steps: count,
  judgeStep: count,
  products: count,
  normFloor: z.number(),
  largestImage: z.number(),
})
type PackedFacts = z.output<typeof packedFactsSchema>

/** As it comes from a store: whether the numbers are those of a state is not known yet. */
export interface UnreadState {
  readonly facts: unknown
  readonly arrays: PackedState['arrays']
}

/** Everything of a state, bit for bit; `unpackState` is the inverse. @param n dimension of the operator */
export function packState(state: EigenpairsState, n: number): PackedState {
  const { locked, aside, process, judge, run, products, normFloor } = state
  const pairs = [...locked.top, ...locked.bottom]
  const images = pairs.flatMap(({ image }) => (image ? [image] : []))
  return {
    facts: {
      n,
      top: locked.top.length,
      bottom: locked.bottom.length,
      aside: aside.length,
      size: process.basis.length,
      next: process.next.length,
      coupling: { rows: process.coupling.rows, cols: process.coupling.cols },
      hasImages: process.images !== null,
      run,
      steps: process.steps,
      judgeStep: judge.step,
      products,
      normFloor,
      largestImage: process.largestImage,
    },
    arrays: {
      lockedValues: Float64Array.from(pairs, ({ value }) => value),
      lockedResiduals: Float64Array.from(pairs, ({ residual }) => residual),
      lockedVectors: joined(pairs.map(({ vector }) => vector)),
      lockedImages: joined(images),
      aside: joined(aside),
      basis: joined(process.basis),
      images: joined(process.images ?? []),
      projected: joined(process.projected),
      next: joined(process.next),
      coupling: process.coupling.data,
      judgeTop: judge.residuals.top,
      judgeBottom: judge.residuals.bottom,
    },
  }
}

/** @throws LabError 'bad-input' if arrays are missing or do not have the lengths that the facts say */
export function unpackState({ facts, arrays }: UnreadState): EigenpairsState {
  const known = parseWith(packedFactsSchema, facts, 'state')
  const { n, top, bottom, size, coupling } = known
  const take = (name: string, length: number) => {
    const found = arrays[name]
    if (found?.length === length) return found
    const given = found ? `has ${found.length} numbers` : 'is missing'
    throw new LabError('bad-input', `A stored search cannot be read: "${name}" ${given}, expected ${length}.`, { name })
  }
  const rows = (name: string, number: number) => {
    const whole = take(name, number * n)
    return Array.from({ length: number }, (_, k) => whole.subarray(k * n, (k + 1) * n))
  }
  const doubles = (name: string, length: number) => Float64Array.from(take(name, length))
  const pairs = top + bottom
  const [values, residuals] = [doubles('lockedValues', pairs), doubles('lockedResiduals', pairs)]
  const vectors = rows('lockedVectors', pairs)
  const images = known.hasImages ? rows('lockedImages', pairs) : []
  const locked = vectors.map((vector, k): LockedPair => ({
    value: values[k]!,
    residual: residuals[k]!,
    vector,
    image: images[k] ?? null,
  }))
  const triangle = doubles('projected', (size * (size + 1)) / 2)
  const judged = (name: 'judgeTop' | 'judgeBottom') => Float64Array.from(arrays[name] ?? [])
  return {
    locked: { top: locked.slice(0, top), bottom: locked.slice(top) },
    aside: rows('aside', known.aside),
    run: known.run,
    process: {
      basis: rows('basis', size),
      images: known.hasImages ? rows('images', size) : null,
      projected: Array.from({ length: size }, (_, j) => triangle.slice((j * (j + 1)) / 2, ((j + 1) * (j + 2)) / 2)),
      next: rows('next', known.next).map((q) => Float64Array.from(q)),
      coupling: matrix(coupling.rows, coupling.cols, doubles('coupling', coupling.rows * coupling.cols)),
      steps: known.steps,
      largestImage: known.largestImage,
    },
    judge: { step: known.judgeStep, residuals: { top: judged('judgeTop'), bottom: judged('judgeBottom') } },
    normFloor: known.normFloor,
    products: known.products,
  }
}

/** One after the other, in their own precision. */
function joined(vectors: readonly StoredVector[]): StoredVector {
  const length = vectors.reduce((sum, vector) => sum + vector.length, 0)
  const whole = vectors[0] instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)
  let at = 0
  for (const vector of vectors) {
    whole.set(vector, at)
    at += vector.length
  }
  return whole
}
