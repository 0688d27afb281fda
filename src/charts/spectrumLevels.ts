import type { Prediction, SpectrumMeta } from '#shared/records'
import { joinLevels } from '#shared/joinLevels'
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
  readonly role?: NonNullable<Level['role']>
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
      ...(level.role && { role: level.role }),
      measured: groupOf(members),
      error,
    })
  }
  return matched
}

/** Levels closer than this share of the largest are one value. */
const SAME_VALUE = 1e-9

/** Levels of one value as one. */
export function levelsByValue(levels: readonly Level[]): EigenvalueGroup[] {
  return joinLevels(levels, SAME_VALUE * levels.reduce((size, { value }) => Math.max(size, Math.abs(value)), 0))
}

export function isOutlierLevel({ role }: Pick<Level, 'role'>): boolean {
  return role === 'outlier'
}

/** So many levels are listed where theory calls none an outlier. */
const MOST_BULK_LEVELS = 2

/**
 * '9 × 0.21537, predicted 0.2153700722, error 2·10⁻⁶', a line for each level of outliers (else for the two largest),
 * and one for the rest; null where theory says nothing. The error is that of the worst eigenvalue of a level.
 *
 * @param eigenvalues descending
 */
export function predictionReadout(eigenvalues: Float64Array, prediction: Prediction | null): string | null {
  const matched = matchLevels(eigenvalues, prediction?.levels ?? [])
  if (matched.length === 0) return null
  const outliers = matched.filter(isOutlierLevel)
  const listed = outliers.length > 0 ? outliers : matched.slice(0, MOST_BULK_LEVELS)
  const rest = matched.filter((level) => !listed.includes(level))
  const lines = listed.map(({ measured, predicted, error }) => {
    const value = formatNumber(measured.value)
    return `${measured.copies} × ${value}, predicted ${formatNumber(predicted, 10)}, error ${formatNumber(error, 1)}`
  })
  if (rest.length > 0) {
    const worst = rest.reduce((most, { error }) => Math.max(most, error), 0)
    const levels = rest.length === 1 ? '1 further level' : `${rest.length} further levels`
    lines.push(`${levels}, largest error ${formatNumber(worst, 1)}`)
  }
  return lines.join('\n')
}

/**
 * Without a prediction: what stands out by the theory count, and what comes next; else the two ends of what is known.
 * '16 outliers by theory count: 3.1214 … 0.42', 'then 0.11 … 0.002, largest 128 of 4453'.
 *
 * @param eigenvalues descending
 */
export function measuredReadout(eigenvalues: Float64Array, { dimension, complete, theoryCount }: SpectrumMeta): string {
  const known = complete ? `all ${dimension}` : `largest ${eigenvalues.length} of ${dimension}`
  if (eigenvalues.length === 0) return known
  const between = (from: number, to: number) =>
    `${formatNumber(eigenvalues[from]!)} … ${formatNumber(eigenvalues[to - 1]!)}`
  const count = eigenvalues.length
  if (theoryCount === null || theoryCount < 1 || theoryCount >= count) return `${between(0, count)}, ${known}`
  const outliers = `${theoryCount} ${theoryCount === 1 ? 'outlier' : 'outliers'} by theory count`
  return `${outliers}: ${between(0, theoryCount)}\nthen ${between(theoryCount, count)}, ${known}`
}

function groupOf(members: Float64Array): EigenvalueGroup {
  return { value: members.reduce((sum, value) => sum + value, 0) / members.length, copies: members.length }
}
