import { LabError } from './errors'

/** A curve of one run: values over an axis that does not decrease. */
export interface RunCurve {
  readonly x: Float64Array
  readonly y: Float64Array
}

/** Curves of several runs on one axis. */
export interface AlignedCurves {
  /** Every place where at least one run measured, ascending, each once. */
  readonly x: Float64Array
  /** One array per curve, as long as x; NaN where the run says nothing. */
  readonly values: readonly Float64Array[]
  /** Values that lie between two measurements of a run and were not measured themselves. */
  readonly interpolated: number
}

/**
 * Puts curves that were measured at different places onto the union of these places.
 *
 * A run that measured at a place gives that value. Between two neighbouring finite measurements it gives the point of
 * the straight line through them; before its first, after its last and beside a value that is not finite it gives
 * nothing: no run is continued beyond its end. Of several values at one place the last counts.
 *
 * @throws LabError 'shape' if x and y differ in length; 'bad-input' if x decreases somewhere or is not finite
 */
export function alignCurves(curves: readonly RunCurve[]): AlignedCurves {
  const known = curves.map(withoutRepeats)
  const x = unionOf(known.map((curve) => curve.x))
  let interpolated = 0
  const values = known.map((curve) => {
    // On its own places nothing lies between.
    if (curve.x === x) return curve.y.map(finiteOrNaN)
    const aligned = new Float64Array(x.length).fill(NaN)
    let after = 0
    for (let i = 0; i < x.length; i++) {
      const at = x[i]!
      while (after < curve.x.length && curve.x[after]! < at) after++
      if (after === curve.x.length) break
      if (curve.x[after] === at) {
        aligned[i] = finiteOrNaN(curve.y[after]!)
      } else if (after > 0) {
        const value = between(curve, after, at)
        aligned[i] = value
        if (!Number.isNaN(value)) interpolated++
      }
    }
    return aligned
  })
  return { x, values, interpolated }
}

/** Whether values over x have one place each along an axis: x is finite and never falls. */
export function isAscending(x: Float64Array): boolean {
  let before = -Infinity
  for (let i = 0; i < x.length; i++) {
    const place = x[i]!
    if (!Number.isFinite(place) || place < before) return false
    before = place
  }
  return true
}

/** Every place once, ascending. Runs of one schedule share their places: then nothing is merged or copied. */
function unionOf(all: readonly Float64Array[]): Float64Array {
  const [first = new Float64Array(0)] = all
  const isSame = (x: Float64Array) => x.length === first.length && x.every((place, i) => place === first[i])
  if (all.every((x) => x === first || isSame(x))) return first
  const merged = new Set<number>()
  for (const x of all) for (const place of x) merged.add(place)
  return Float64Array.from(merged).sort()
}

function withoutRepeats({ x, y }: RunCurve): RunCurve {
  if (x.length !== y.length) {
    throw new LabError('shape', `alignCurves: ${x.length} places for ${y.length} values; give one place per value.`)
  }
  if (!isAscending(x)) {
    throw new LabError('bad-input', 'alignCurves: the places of a curve must be finite and must not decrease.')
  }
  if (x.every((place, i) => place !== x[i + 1])) return { x, y }
  const kept = [...x.keys()].filter((i) => x[i + 1] !== x[i])
  return { x: Float64Array.from(kept, (i) => x[i]!), y: Float64Array.from(kept, (i) => y[i]!) }
}

/** On the line through the measurements before and after; always between the two values. */
function between({ x, y }: RunCurve, after: number, at: number): number {
  const [x0, x1, y0, y1] = [x[after - 1]!, x[after]!, y[after - 1]!, y[after]!]
  if (!Number.isFinite(y0) || !Number.isFinite(y1)) return NaN
  const weight = (at - x0) / (x1 - x0)
  // As two products, so that neither the difference of two large values nor rounding leads outside of them.
  const value = y0 * (1 - weight) + y1 * weight
  return Math.min(Math.max(value, Math.min(y0, y1)), Math.max(y0, y1))
}

function finiteOrNaN(value: number): number {
  return Number.isFinite(value) ? value : NaN
}
