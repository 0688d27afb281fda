import { LabError } from '#shared/errors'
import { importedMatrix, type ImportedMatrix } from '#shared/importedMatrix'
import { matmul } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { random, type Random } from '#main/compute/rng/random'
import type { ParameterArrays } from '#main/core/snapshot'
import type { MatrixModel } from '#main/probes/matrixModel'
import { initialChain } from '../linear-network/initialChain'
import { lowRankMatrix, spacedValues } from '../linear-network/lowRankMatrix'
import { LARGEST_SPECTRUM, positiveSingularValues } from '../linear-network/target'
import type { Start } from '../linear-network/withTraining'
import { layerFactors, matrixData, observedEntries, productModel, type Factor, type MatrixProblem } from './chain'
import { compressedFactors, compressedFrames, compressedInitial } from './compressed'
import type { CompletionParams } from './params'
import { narrowWidths } from './theory'

/** Φ and what of it training sees: drawn from the data seed alone, or imported. */
export function completionProblem(params: CompletionParams): MatrixProblem {
  const { rows, cols } = completionSize(params)
  const stream = random(params.dataSeed, 'matrix-completion')
  // Uniform numbers decide, so that more is seen of the same matrix as p grows.
  const chosen = stream.derive('mask').uniform(rows * cols).map((u) => (u < params.observed ? 1 : 0)) // prettier-ignore
  const imported = importedMatrix(params.matrix)
  if (!imported) {
    const { rank, largest, smallest } = params
    const phi = lowRankMatrix(rows, cols, spacedValues(smallest, largest, rank), stream.derive('target'))
    return { phi, mask: matrix(rows, cols, chosen), scored: matrix(rows, cols, chosen.map(() => 1)) } // prettier-ignore
  }
  const known = imported.values.map((value) => (Number.isNaN(value) ? 0 : 1))
  const mask = imported.observed.map((seen, at) => seen * chosen[at]!)
  const isHeldOut = known.some((isKnown, at) => isKnown > mask[at]!)
  const isComplete = !known.includes(0)
  return {
    phi: matrix(rows, cols, imported.values.map((value) => (Number.isNaN(value) ? 0 : value))), // prettier-ignore
    mask: matrix(rows, cols, mask),
    scored: isHeldOut || isComplete ? matrix(rows, cols, known) : null,
  }
}

/** Φ as theory and advice need it. */
export interface CompletionFacts {
  readonly rows: number
  readonly cols: number
  /** s_1 ≥ … ≥ s_r > 0 of Φ; null where not all of Φ is known, or where it is too large to find them at once. */
  readonly values: readonly number[] | null
  /** Of all entries, how many training sees: expected where chance decides. */
  readonly seen: number
}

export function completionFacts(params: CompletionParams): CompletionFacts {
  const { smallest, largest, rank, observed } = params
  const { rows, cols } = completionSize(params)
  const imported = importedMatrix(params.matrix)
  if (!imported) return { rows, cols, values: spacedValues(smallest, largest, rank), seen: observed * rows * cols }
  const seen = observed * imported.observed.reduce((sum, entry) => sum + entry, 0)
  return { rows, cols, values: spectrumOf(imported), seen }
}

/** A draft asks for the same matrix again and again. */
const spectra = new WeakMap<ImportedMatrix, readonly number[] | null>()

function spectrumOf(imported: ImportedMatrix): readonly number[] | null {
  const found = spectra.get(imported)
  if (found !== undefined) return found
  const { rows, cols, values } = imported
  const isAtHand = Math.min(rows, cols) <= LARGEST_SPECTRUM && !values.some(Number.isNaN)
  const spectrum = isAtHand ? positiveSingularValues(matrix(rows, cols, values)) : null
  spectra.set(imported, spectrum)
  return spectrum
}

/** Rows and columns of Φ. */
export function completionSize(params: CompletionParams): { rows: number; cols: number } {
  const { rows, cols } = importedMatrix(params.matrix) ?? { rows: params.width, cols: params.width }
  return { rows, cols }
}

/** d_0 … d_L of the full model, at least as wide as Φ is on either side, or of the narrow one. */
function layerWidths(params: CompletionParams): number[] {
  const { factorisation, depth, rankEstimate } = params
  const { rows, cols } = completionSize(params)
  if (factorisation === 'narrow') return narrowWidths(cols, rankEstimate, depth, rows)
  return [cols, ...Array<number>(depth - 1).fill(Math.max(rows, cols)), rows]
}

/**
 * @throws LabError 'bad-input' for a factorisation that does not exist, an inner width above d, or a compressed model of
 *   a matrix that is not square
 */
export function completionFactors(params: CompletionParams): Factor[] {
  const { factorisation, depth, rankEstimate, gamma } = params
  const { rows, cols } = completionSize(params)
  const d = Math.min(rows, cols)
  if (factorisation === 'full') return layerFactors(layerWidths(params))
  if (2 * rankEstimate > d) {
    throw new LabError('bad-input', `r̂ = ${rankEstimate}: the inner width 2r̂ exceeds d = ${d}; use r̂ of at most ${Math.floor(d / 2)}.`) // prettier-ignore
  }
  if (factorisation === 'narrow') return layerFactors(layerWidths(params))
  if (factorisation !== 'compressed') {
    throw new LabError('bad-input', `Factorisation "${factorisation}": expected full, compressed or narrow.`)
  }
  // U = Q V has orthonormal columns only for a square Q.
  if (rows !== cols) {
    throw new LabError('bad-input', `The compressed model is defined for square matrices, and this one is ${rows} × ${cols}. Use full or narrow.`) // prettier-ignore
  }
  return compressedFactors(d, rankEstimate, depth, gamma)
}

export function completionModel(params: CompletionParams): MatrixModel {
  return productModel(completionFactors(params), completionProblem(params))
}

/**
 * ε-orthogonal layers; the compressed model is built from those of the full one, so that a seed gives both the same
 * start.
 */
export function completionInitial(params: CompletionParams, stream: Random): ParameterArrays {
  const { factorisation, depth, rankEstimate, initScale } = params
  const widths = layerWidths(params)
  if (factorisation !== 'compressed') return initialChain(widths, { kind: 'orthogonal', scale: initScale }, stream)
  const { cols: d } = completionSize(params)
  const isometries = Object.values(initialChain(widths, { kind: 'orthogonal', scale: 1 }, stream))
  const Q = isometries.map((data) => matrix(d, d, data)).reduce((below, W) => matmul(W, below))
  const frames = compressedFrames(observedEntries(completionProblem(params)), Q, rankEstimate)
  return compressedInitial(frames, depth, initScale)
}

/** All that a run of this seed starts from. */
export function completionStart(params: CompletionParams, seed: number): Start {
  return {
    model: completionModel(params),
    data: matrixData(completionProblem(params)),
    initial: completionInitial(params, random(seed, 'run').derive('initial')),
  }
}
