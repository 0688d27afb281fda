import { LabError } from './errors'

/** A least-squares line through values at 0, 1, 2 …, and how well they lie on it. */
export interface LineFit {
  readonly slope: number
  /** Value of the line at 0. */
  readonly intercept: number
  /** Pearson correlation of the values with their places, from −1 to 1. */
  readonly correlation: number
}

/** A variation this small beside the values is their rounding. */
const ROUNDING = 1e-13

/**
 * slope = Σ (i − ī)(y_i − ȳ) / Σ (i − ī)², correlation = Σ (i − ī)(y_i − ȳ) / √(Σ (i − ī)² Σ (y_i − ȳ)²).
 *
 * @param values y_0 … y_{m−1}
 * @throws LabError 'degenerate' for fewer than three values (two always lie on a line), equal ones, or one not finite
 */
export function lineFit(values: readonly number[]): LineFit {
  const m = values.length
  const [meanPlace, meanValue] = [(m - 1) / 2, values.reduce((sum, y) => sum + y, 0) / m]
  let [places, both, spread] = [0, 0, 0]
  values.forEach((y, i) => {
    places += (i - meanPlace) ** 2
    both += (i - meanPlace) * (y - meanValue)
    spread += (y - meanValue) ** 2
  })
  const largest = values.reduce((most, y) => Math.max(most, Math.abs(y)), 0)
  if (m < 3 || !Number.isFinite(spread) || spread <= m * (ROUNDING * largest) ** 2) {
    throw new LabError('degenerate', `lineFit: ${values.join(', ')}: a line needs three finite values that differ.`)
  }
  const slope = both / places
  return { slope, intercept: meanValue - slope * meanPlace, correlation: both / Math.sqrt(places * spread) }
}
