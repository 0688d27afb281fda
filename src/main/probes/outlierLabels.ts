import { LabError } from '#shared/errors'
import type { Matrix } from '#main/compute/matrix'
import { columns, energyFraction, type StoredVector } from '#main/spectra/index'

/** μ_above^{(l+1)} ⊗ μ_below^{(l)}: one class where both are the same, else a pair. Classes count from 0. */
export interface ClassLabel {
  readonly above: number
  readonly below: number
}

/** A direction that theory names, unit length not needed. */
export interface LabelledDirection {
  readonly label: ClassLabel
  readonly vector: Float64Array
}

export interface GroupLabel {
  readonly label: ClassLabel
  /** ‖Vᵀ v‖² / ‖v‖²: how much of the direction lies in the eigenspace, from 0 to 1. */
  readonly share: number
}

/**
 * The directions v_cc' = μ_c^{(l+1)} ⊗ μ_c'^{(l)} of a layer's class means, row-major vec. Theory note 01, section 4.
 *
 * @param above class means of the next layer, d_{l+1} × K
 * @param below class means of this layer, d_l × K
 * @returns K², without those whose mean is zero
 */
export function classDirections(above: Matrix, below: Matrix): LabelledDirection[] {
  const lower = columns(below)
  return columns(above).flatMap((a, c) =>
    lower.flatMap((b, other) => {
      const vector = Float64Array.from({ length: a.length * b.length }, (_, at) => {
        return a[Math.floor(at / b.length)]! * b[at % b.length]!
      })
      return vector.some((x) => x !== 0) ? [{ label: { above: c, below: other }, vector }] : []
    }),
  )
}

/**
 * Which classes and pairs of classes an outlier eigenspace belongs to.
 *
 * Whole groups of equal eigenvalues are labelled, because a single eigenvector inside one is arbitrary: at collapse all K²
 * outliers of a layer are one group with K² labels. A direction counts where at least `least` of it lies in the group.
 *
 * @param groups orthonormal eigenvectors, group by group
 * @returns for each group its labels, the largest share first
 * @throws LabError 'shape' if directions and eigenvectors have different lengths
 */
export function labelOutliers(
  groups: readonly (readonly StoredVector[])[],
  directions: readonly LabelledDirection[],
  least = 0.5,
): GroupLabel[][] {
  const n = directions[0]?.vector.length
  const other = groups.flat().find((v) => n !== undefined && v.length !== n)
  if (other) {
    throw new LabError(
      'shape',
      `labelOutliers: eigenvectors have ${other.length} entries, class directions ${n}. Label the block of one layer.`,
      { eigenvector: other.length, direction: n ?? 0 },
    )
  }
  return groups.map((group) =>
    directions
      .map(({ label, vector }) => ({ label, share: energyFraction(vector, group).energy }))
      .filter(({ share }) => share >= least)
      .sort((a, b) => b.share - a.share),
  )
}
