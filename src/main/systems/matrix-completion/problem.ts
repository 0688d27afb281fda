import { LabError } from '#shared/errors'
import { matmul } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { random, type Random } from '#main/compute/rng/random'
import type { ParameterArrays } from '#main/core/snapshot'
import type { MatrixModel } from '#main/probes/matrixModel'
import { initialChain } from '../linear-network/initialChain'
import { lowRankMatrix, spacedValues } from '../linear-network/lowRankMatrix'
import type { Start } from '../linear-network/withTraining'
import { layerFactors, matrixData, observedEntries, productModel, type Factor, type MatrixProblem } from './chain'
import { compressedFactors, compressedFrames, compressedInitial } from './compressed'
import type { CompletionParams } from './params'
import { narrowWidths } from './theory'

/** Φ of rank r and the mask; both follow from the data seed alone. */
export function completionProblem(params: CompletionParams): MatrixProblem {
  const { width: d, rank, largest, smallest, observed, dataSeed } = params
  const stream = random(dataSeed, 'matrix-completion')
  const phi = lowRankMatrix(d, d, spacedValues(smallest, largest, rank), stream.derive('target'))
  // Uniform numbers decide, so that more is seen of the same matrix as p grows.
  const mask = stream.derive('mask').uniform(d * d).map((u) => (u < observed ? 1 : 0)) // prettier-ignore
  return { phi, mask: matrix(d, d, mask) }
}

/** @throws LabError 'bad-input' for a factorisation that does not exist, or an inner width above d */
export function completionFactors({ factorisation, width: d, depth, rankEstimate, gamma }: CompletionParams): Factor[] {
  if (factorisation === 'full') return layerFactors(Array<number>(depth + 1).fill(d))
  if (2 * rankEstimate > d) {
    throw new LabError('bad-input', `r̂ = ${rankEstimate}: the inner width 2r̂ exceeds d = ${d}; use r̂ of at most ${Math.floor(d / 2)}.`) // prettier-ignore
  }
  if (factorisation === 'compressed') return compressedFactors(d, rankEstimate, depth, gamma)
  if (factorisation === 'narrow') return layerFactors(narrowWidths(d, rankEstimate, depth))
  throw new LabError('bad-input', `Factorisation "${factorisation}": expected full, compressed or narrow.`)
}

export function completionModel(params: CompletionParams): MatrixModel {
  return productModel(completionFactors(params), completionProblem(params))
}

/**
 * ε-orthogonal layers; the compressed model is built from those of the full one, so that a seed gives both the same
 * start.
 */
export function completionInitial(params: CompletionParams, stream: Random): ParameterArrays {
  const { factorisation, width: d, depth, rankEstimate, initScale } = params
  const widths = factorisation === 'narrow' ? narrowWidths(d, rankEstimate, depth) : Array<number>(depth + 1).fill(d)
  if (factorisation !== 'compressed') return initialChain(widths, { kind: 'orthogonal', scale: initScale }, stream)
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
