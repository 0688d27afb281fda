import { LabError } from '#shared/errors'
import type { Measurement } from '#main/core/probe'

/**
 * What can be measured of a state, leaving out what is undefined for it: a layer whose class means all coincide has no
 * NC1, and a gap in the record says so where a number would not.
 *
 * @throws LabError 'degenerate', the first one met, if nothing at all is defined
 */
export function definedMeasurements(attempts: readonly (() => Measurement)[]): readonly Measurement[] {
  const measured: Measurement[] = []
  let undefinedBecause: LabError | null = null
  for (const attempt of attempts) {
    try {
      measured.push(attempt())
    } catch (thrown) {
      if (!(thrown instanceof LabError) || thrown.code !== 'degenerate') throw thrown
      undefinedBecause ??= thrown
    }
  }
  if (measured.length === 0 && undefinedBecause) throw undefinedBecause
  return measured
}
