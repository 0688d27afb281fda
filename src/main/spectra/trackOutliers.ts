import type { Crossing, OutlierHistory } from '#shared/analysis'
import { LabError } from '#shared/errors'
import { svd } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { crossGram, subspaceOverlap } from './subspaceOverlap'
import { asFloat64, type StoredVector } from './storedVectors'
import { combine } from './vectorOps'

/** The outliers of one step: values descending, vectors orthonormal. */
export interface OutlierSet {
  readonly step: number
  readonly values: ArrayLike<number>
  readonly vectors: readonly StoredVector[]
}

/** A direction goes on where more than half of it lies: at most one of several orthogonal spaces has that. */
const SAME = 0.5

interface LiveTrack {
  readonly track: { id: number; born: number; died: number | null; points: { step: number; value: number }[] }
  vector: Float64Array
}

/**
 * Follows outliers over the steps by the overlap of their eigenspaces, not by their order.
 *
 * Eigenvectors of equal eigenvalues are arbitrary, so each step's outliers are first grouped: a group is a run of values at
 * most `width · max |value|` apart from its first. A track goes on into the group that holds more than half of its
 * direction (‖V_gᵀu‖² > ½), as long as that has room, the largest share first; inside the group its new direction is
 * the orthonormal one nearest to the old (polar factor of V_gᵀU), with its Rayleigh quotient as value. What is left of a
 * group is born; a track that finds no group dies. A crossing counts once both values differ by more than the width.
 *
 * Can be redone from stored values and vectors under another count rule.
 */
export class OutlierTracker {
  readonly #width: number
  readonly #tracks: LiveTrack['track'][] = []
  readonly #crossings: Crossing[] = []
  readonly #overlaps: { step: number; overlap: number }[] = []
  readonly #order = new Map<string, number>()
  #live: LiveTrack[] = []
  #before: OutlierSet | undefined

  /** @param width how far apart values of one group may be, as a share of the largest |value| */
  constructor(width = 1e-3) {
    this.#width = width
  }

  get history(): OutlierHistory {
    return { tracks: this.#tracks, crossings: this.#crossings, overlaps: this.#overlaps }
  }

  /**
   * The outliers of the next step.
   *
   * @throws LabError 'shape' if values, vectors and steps do not fit
   */
  add(set: OutlierSet): void {
    const before = checked(set, this.#before)
    this.#before = set
    if (before && before.vectors.length > 0 && set.vectors.length > 0) {
      this.#overlaps.push({ step: set.step, overlap: subspaceOverlap(before.vectors, set.vectors) })
    }
    const next: LiveTrack[] = []
    for (const group of groupsOf(set, this.#width)) {
      const { continued, directions } = follow(this.#live, group)
      directions.forEach((direction, k) => {
        const track = continued[k]?.track ?? { id: this.#tracks.length, born: set.step, died: null, points: [] }
        if (!continued[k]) this.#tracks.push(track)
        track.points.push({ step: set.step, value: direction.value })
        next.push({ track, vector: direction.vector })
      })
    }
    const going = new Set(next.map(({ track }) => track))
    for (const { track } of this.#live) if (!going.has(track)) track.died = set.step
    this.#crossings.push(...crossingsOf(next, this.#order, set.step, this.#width))
    this.#live = next
  }
}

/** The history of sets in the order of the steps; see `OutlierTracker`. */
export function trackOutliers(sets: readonly OutlierSet[], options: { readonly width?: number } = {}): OutlierHistory {
  const tracker = new OutlierTracker(options.width)
  for (const set of sets) tracker.add(set)
  return tracker.history
}

interface Group {
  readonly values: readonly number[]
  readonly vectors: readonly StoredVector[]
}

function groupsOf({ values, vectors }: OutlierSet, width: number): Group[] {
  const allowed = width * Math.max(Math.abs(values[0] ?? 0), Math.abs(values[values.length - 1] ?? 0))
  const starts = Array.from(values).reduce<number[]>((found, value, i) => {
    const from = found.at(-1)
    return from === undefined || values[from]! - value > allowed ? [...found, i] : found
  }, [])
  return starts.map((from, g) => {
    const to = starts[g + 1] ?? values.length
    return { values: Array.from(values).slice(from, to), vectors: vectors.slice(from, to) }
  })
}

/** The tracks that go on into a group, and orthonormal directions of the group: first those of the tracks. */
function follow(live: readonly LiveTrack[], { values, vectors }: Group) {
  const size = vectors.length
  const n = vectors[0]!.length
  const shares = crossGram(vectors, live.map(({ vector }) => vector)) // prettier-ignore
  const share = (t: number) => {
    let sum = 0
    for (let i = 0; i < size; i++) sum += shares.data[i * live.length + t]! ** 2
    return sum
  }
  const chosen = Array.from(live.keys())
    .filter((t) => share(t) > SAME)
    .sort((a, b) => share(b) - share(a))
    .slice(0, size)
  const M = matrix(size, size)
  // Columns of zeros stand for what is born: the SVD completes them to a basis of the group.
  chosen.forEach((t, c) => {
    for (let i = 0; i < size; i++) M.data[i * size + c] = shares.data[i * live.length + t]!
  })
  const { u, vt } = svd(M)
  const directions = Array.from({ length: size }, (_, c) => {
    const coefficients = Float64Array.from({ length: size }, (_, i) => {
      let polar = 0
      for (let r = 0; r < size; r++) polar += u.data[i * size + r]! * vt.data[r * size + c]!
      return polar
    })
    const value = coefficients.reduce((sum, x, i) => sum + x * x * values[i]!, 0)
    return { value, vector: combine(vectors.map(asFloat64), coefficients, n) }
  })
  return { continued: chosen.map((t) => live[t]!), directions }
}

/** @param order the last definite order of each pair of tracks, 'a b' with a < b: changed here */
function crossingsOf(live: readonly LiveTrack[], order: Map<string, number>, step: number, width: number): Crossing[] {
  const at = live.map(({ track }) => ({ id: track.id, value: track.points.at(-1)!.value }))
  const allowed = width * Math.max(0, ...at.map(({ value }) => Math.abs(value)))
  const found: Crossing[] = []
  for (const a of at) {
    for (const b of at) {
      if (a.id >= b.id || Math.abs(a.value - b.value) <= allowed) continue
      const [key, sign] = [`${a.id} ${b.id}`, Math.sign(a.value - b.value)]
      if ((order.get(key) ?? sign) !== sign) {
        found.push(sign > 0 ? { step, above: a.id, below: b.id } : { step, above: b.id, below: a.id })
      }
      order.set(key, sign)
    }
  }
  return found
}

/** @returns the set before this one, if any */
function checked({ step, values, vectors }: OutlierSet, before: OutlierSet | undefined): OutlierSet | undefined {
  const n = vectors[0]?.length
  const descending = Array.from(values).every((value, i) => i === 0 || value <= values[i - 1]!)
  if (values.length !== vectors.length || !descending || vectors.some((v) => v.length !== n)) {
    throw new LabError(
      'shape',
      `trackOutliers: step ${step} has ${values.length} values and ${vectors.length} vectors. ` +
        'Give one vector for each value, all of one length, values descending.',
      { step },
    )
  }
  if (before && before.step >= step) {
    throw new LabError('shape', `trackOutliers: step ${step} follows step ${before.step}. Give steps in order.`, {
      step,
    })
  }
  return before
}
