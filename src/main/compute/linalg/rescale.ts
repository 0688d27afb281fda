import { LabError } from '#shared/errors'

/**
 * A copy divided by the power of two just above the largest |x|, and that power. Exact except for numbers that are 1e-300
 * times smaller than the largest; afterwards no square overflows.
 *
 * @throws LabError 'degenerate' if a number is not finite
 */
export function rescaled(x: Float64Array, what: string): { data: Float64Array; scale: number } {
  let largest = 0
  for (const value of x) {
    if (!Number.isFinite(value)) {
      throw new LabError('degenerate', `${what}: the matrix contains ${value}. The run that made it has diverged.`)
    }
    largest = Math.max(largest, Math.abs(value))
  }
  if (largest === 0) return { data: x.slice(), scale: 1 }
  // Bounded, so that both the power and its inverse are normal numbers.
  const scale = 2 ** Math.min(1022, Math.max(-1022, Math.ceil(Math.log2(largest))))
  return { data: x.map((value) => value / scale), scale }
}

export function timesInPlace(x: Float64Array, factor: number): Float64Array {
  for (let i = 0; i < x.length; i++) x[i] = x[i]! * factor
  return x
}
