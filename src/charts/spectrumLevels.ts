import type { Prediction } from '#shared/records'
import { formatNumber } from './format'
import { relativeError } from './relativeError'

/** Equal eigenvalues, up to rounding or to how far training got. */
export interface EigenvalueGroup {
  /** Mean of the group. */
  readonly value: number
  readonly copies: number
}

/** A predicted level with the measured eigenvalues that stand in its place. */
export interface MatchedLevel {
  readonly predicted: number
  readonly copies: number
  readonly label: string
  readonly measured: EigenvalueGroup
  /** Largest error of an eigenvalue of the group: relative, or absolute where the prediction is 0. */
  readonly error: number
}

type Level = Prediction['levels'][number]

/**
 * Groups of eigenvalues that agree within a tolerance relative to the group's first.
 *
 * @param eigenvalues descending
 * @param floor differences below this are rounding noise and never split a group
 */
export function groupEigenvalues(eigenvalues: Float64Array, tolerance: number, floor = 0): EigenvalueGroup[] {
  const groups: EigenvalueGroup[] = []
  let start = 0
  for (let i = 1; i <= eigenvalues.length; i++) {
    const first = eigenvalues[start]!
    const same = i < eigenvalues.length && first - eigenvalues[i]! <= Math.max(tolerance * Math.abs(first), floor)
    if (same) continue
    groups.push(groupOf(eigenvalues.subarray(start, i)))
    start = i
  }
  return groups
}

/**
 * Predicted levels against measured eigenvalues by rank: the largest level takes as many of the largest eigenvalues as
 * it has copies, and so on. Levels that the listed eigenvalues do not reach in full are left out.
 *
 * @param eigenvalues descending
 */
export function matchLevels(eigenvalues: Float64Array, levels: readonly Level[]): MatchedLevel[] {
  const matched: MatchedLevel[] = []
  let start = 0
  for (const level of [...levels].sort((a, b) => b.value - a.value)) {
    const members = eigenvalues.subarray(start, start + level.copies)
    if (level.copies < 1 || members.length < level.copies) break
    start += level.copies
    const error = members.reduce((worst, value) => Math.max(worst, relativeError(value, level.value)), 0)
    matched.push({
      predicted: level.value,
      copies: level.copies,
      label: level.label,
      measured: groupOf(members),
      error,
    })
  }
  return matched
}

/**
 * '9 × 0.21537, predicted 0.2153700722, error 2·10⁻⁶' for each predicted level, largest first; null without one.
 * The error is that of the worst eigenvalue of the group.
 */
export function spectrumReadout(eigenvalues: Float64Array, prediction: Prediction | null): string | null {
  const matched = matchLevels(eigenvalues, prediction?.levels ?? [])
  if (matched.length === 0) return null
  const shown = matched.slice(0, 3).map(({ measured, predicted, error }) => {
    const value = formatNumber(measured.value)
    return `${measured.copies} × ${value}, predicted ${formatNumber(predicted, 10)}, error ${formatNumber(error, 1)}`
  })
  const rest = matched.length - shown.length
  return shown.join('; ') + (rest > 0 ? `; and ${rest} more ${rest === 1 ? 'level' : 'levels'}` : '')
}

function groupOf(members: Float64Array): EigenvalueGroup {
  return { value: members.reduce((sum, value) => sum + value, 0) / members.length, copies: members.length }
}
