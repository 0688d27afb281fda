import { norm, singularValues } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { classMeans } from './classMeans'
import { angularOrder, repulsionOrder } from './classOrder'
import { numericalRank } from './numericalRank'
import { outputCollapseDistance, templateDistance } from './outputCollapse'
import type { MeanFrame } from './collapseMetrics'

/** What a run has become. Stored by its place in this list: add at the end, never reorder. */
export const verdicts = ['diverged', 'unconverged', 'zero', 'collapse', 'pair', 'polygon', 'rank'] as const
export type VerdictKind = (typeof verdicts)[number]

export interface Verdict {
  readonly kind: VerdictKind
  /** Rank of the outputs at the relative tolerance 10⁻³; null for a diverged run. */
  readonly rank: number | null
  /** 'rank 4', 'neural collapse'. */
  readonly text: string
  /** Classes in an order that shows the structure as blocks, or goes around the polygon. */
  readonly order: readonly number[]
}

/** Thresholds of theory note 02, section c8. */
export const verdictRules = {
  /** ‖∇L‖ above this: the run has not converged. */
  gradientNorm: 1e-6,
  /** ‖Z‖_F below this: the zero network. */
  zero: 1e-2,
  /** Distance of the normalised outputs from a structure below this: they have it. */
  structure: 1e-2,
  /** Singular values of Z above this fraction of the largest count. */
  rank: 1e-3,
} as const

/** The end state of a run. */
export interface EndState {
  /** Z, K × N, columns ordered by class. */
  readonly logits: Matrix
  readonly classSizes: readonly number[]
  /** The frame of neural collapse for the run's loss. */
  readonly frame: MeanFrame
  /** ‖∇L‖ of the whole loss. */
  readonly gradientNorm: number
}

/**
 * Theory note 02, section c8, asked in this order: diverged (not finite), unconverged, zero, neural collapse, pair, polygon,
 * and else the rank. The note's `rank r` is split: pair and polygon are its named cases, found whatever the numbering of
 * the classes. For K = 4 both are the same structure and it is called pair.
 */
export function verdictOf({ logits, classSizes, frame, gradientNorm }: EndState): Verdict {
  const K = classSizes.length
  const plain = Array.from({ length: K }, (_, c) => c)
  if (!logits.data.every(Number.isFinite) || !Number.isFinite(gradientNorm)) {
    return { kind: 'diverged', rank: null, text: 'diverged', order: plain }
  }
  const rank = numericalRank(singularValues(logits), verdictRules.rank)
  const means = classMeans(logits, classSizes)
  const order = repulsionOrder(means)
  if (!(gradientNorm <= verdictRules.gradientNorm)) return { kind: 'unconverged', rank, text: 'unconverged', order }
  if (norm(logits.data) < verdictRules.zero) return { kind: 'zero', rank, text: 'zero', order }
  const has = (distance: number) => distance < verdictRules.structure
  if (has(outputCollapseDistance(logits, classSizes, frame))) {
    return { kind: 'collapse', rank, text: 'neural collapse', order: plain }
  }
  const partners = pairing(means)
  if (partners && has(templateDistance(logits, classSizes, (c, k) => (c === k ? 1 : c === partners[k] ? -1 : 0)))) {
    return { kind: 'pair', rank, text: 'pair', order }
  }
  const around = angularOrder(means)
  const place = plain.map((c) => around.indexOf(c))
  const onPolygon = (c: number, k: number) => Math.cos((2 * Math.PI * (place[c]! - place[k]!)) / K)
  if (K >= 3 && has(templateDistance(logits, classSizes, onPolygon))) {
    return { kind: 'polygon', rank, text: 'polygon', order: around }
  }
  return { kind: 'rank', rank, text: `rank ${rank}`, order }
}

/** The class that each class repels most, if that is mutual for all. */
function pairing({ rows: K, data }: Matrix): number[] | null {
  const partners = Array.from({ length: K }, (_, k) => {
    const column = Array.from({ length: K }, (__, c) => (c === k ? Infinity : data[c * K + k]!))
    return column.indexOf(Math.min(...column))
  })
  return partners.every((partner, k) => partners[partner] === k) ? partners : null
}

/** Rows and columns of a K × K matrix in the given order of the classes. */
export function reordered({ rows: K, data }: Matrix, order: readonly number[]): Matrix {
  return matrix(
    K,
    K,
    data.map((_, at) => data[order[Math.floor(at / K)]! * K + order[at % K]!]!),
  )
}
