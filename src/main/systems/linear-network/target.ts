import { LabError } from '#shared/errors'
import { importedMatrix, type ImportedMatrix } from '#shared/importedMatrix'
import { singularValues } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { spacedValues } from './lowRankMatrix'
import type { NetworkParams } from './params'

/** Of a larger matrix a draft waits for no singular values: a second at 512 without a system BLAS, minutes beyond. */
export const LARGEST_SPECTRUM = 512

/** Singular values below this fraction of the largest are rounding of the file's numbers. */
const RANK_CUT = 1e-10

/** Φ as far as its sizes and its spectrum go. */
export interface NetworkTarget {
  /** d_y */
  readonly outputs: number
  /** d */
  readonly width: number
  /** s_1 ≥ … ≥ s_r > 0 */
  readonly values: readonly number[]
  /** Null where Φ is drawn, with these singular values. */
  readonly imported: Matrix | null
}

/**
 * The target that the settings draw, or the imported one, which then says all sizes.
 * @throws LabError 'bad-input' for an imported matrix with unknown entries, too many columns, or more rows than columns
 */
export function networkTarget(params: NetworkParams): NetworkTarget {
  const { width, rank, outputs, smallest, largest } = params
  const target = importedMatrix(params.target)
  if (target) return importedTarget(target)
  const values = spacedValues(smallest, largest, rank)
  return { outputs: outputs === 'rank' ? rank : width, width, values, imported: null }
}

/**
 * m = dim(ker Φ ∩ ker P): d − 2r for a square Φ, d − r − d_y for a wide one, and 0 where that is not positive.
 * Theory note 05, S-A ("Invariant subspace"), with d_y = r there.
 */
export function blockSize({ outputs, width, values }: NetworkTarget): number {
  const rank = values.length
  return Math.max(0, width - rank - (outputs === width ? rank : outputs))
}

/** The singular values of a matrix that are not rounding, descending. */
export function positiveSingularValues(phi: Matrix): number[] {
  const all = singularValues(phi)
  return Array.from(all.filter((value) => value > RANK_CUT * all[0]!))
}

/** A draft asks for the same matrix again and again. */
const known = new WeakMap<ImportedMatrix, NetworkTarget>()

function importedTarget(target: ImportedMatrix): NetworkTarget {
  const found = known.get(target)
  if (found) return found
  const { rows, cols, values, observed } = target
  const missing = observed.reduce((count, seen) => count + (seen === 0 ? 1 : 0), 0)
  if (missing > 0) {
    const message = `The imported target has ${missing} entries that are not observed; a linear network needs them all. Use matrix-completion for it.` // prettier-ignore
    throw new LabError('bad-input', message, { missing })
  }
  if (cols > LARGEST_SPECTRUM) {
    const message = `The imported target has ${cols} columns; a linear network takes ${LARGEST_SPECTRUM} at most. Import a part of it.` // prettier-ignore
    throw new LabError('bad-input', message, { cols })
  }
  if (rows > cols) {
    const message = `The imported target is ${rows} × ${cols}: it has more outputs than inputs. Import its transpose.`
    throw new LabError('bad-input', message, { rows, cols })
  }
  const phi = matrix(rows, cols, values)
  const positive = positiveSingularValues(phi)
  if (positive.length === 0) throw new LabError('bad-input', 'The imported target is zero: there is nothing to learn.')
  const made = { outputs: rows, width: cols, values: positive, imported: phi }
  known.set(target, made)
  return made
}
