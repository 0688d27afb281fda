import { describe, expect, it } from 'vitest'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { angularOrder, repulsionOrder } from '#main/probes/classOrder'
import { reordered, verdictOf, verdicts } from '#main/probes/verdict'
import { blockShape, pairShape, polygonShape, simplexShape } from '#main/systems/deep-ufm/logitShapes'
import { repeatColumns } from '#main/systems/deep-ufm/repeatColumns'

/** Two samples per class, the classes renumbered at random, with noise of this size on logits of order 5. */
function endState(shape: Matrix, { noise = 0, seed = 1, gradientNorm = 0 } = {}) {
  const K = shape.rows
  const shuffled = reordered(shape, [...random(seed, 'classes').permutation(K)])
  const jitter = random(seed, 'noise').normal(K * K * 2)
  const { rows, cols, data } = repeatColumns(shuffled, 2)
  const logits = matrix(rows, cols, data.map((z, at) => 5 * z + noise * jitter[at]!)) // prettier-ignore
  return { logits, classSizes: Array<number>(K).fill(2), frame: 'simplexEtf', gradientNorm } as const
}

describe('verdict', () => {
  it.each([
    ['collapse', simplexShape(6), 'neural collapse', 5],
    ['pair', pairShape(6), 'pair', 3],
    ['pair', polygonShape(4), 'pair', 2],
    ['polygon', polygonShape(7), 'polygon', 2],
    ['collapse', polygonShape(3), 'neural collapse', 2],
    ['rank', blockShape([2, 4], [12, 7]), 'rank 4', 4],
    ['rank', blockShape([3, 3], [1, 1]), 'rank 4', 4],
  ] as const)('finds %s whatever the numbering of the classes', (kind, shape, text, rank) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      expect(verdictOf(endState(shape, { seed }))).toMatchObject({ kind, text, rank })
      // 1e-4 against a threshold of 1e-2 and, for the rank, of 1e-3.
      expect(verdictOf(endState(shape, { seed, noise: 1e-4 }))).toMatchObject({ kind, text, rank })
    }
    expect(verdictOf(endState(shape, { noise: 1 })).kind).toBe('rank')
  })

  it('is not given for what has not converged, vanished or exploded', () => {
    expect(verdictOf(endState(simplexShape(4), { gradientNorm: 2e-6 }))).toMatchObject({ kind: 'unconverged', rank: 3 })
    expect(verdictOf(endState(matrix(4, 4))).kind).toBe('zero')
    expect(verdictOf(endState(matrix(4, 4, new Float64Array(16).fill(NaN))))).toMatchObject({
      kind: 'diverged',
      rank: null,
    })
    expect(verdictOf(endState(simplexShape(4), { gradientNorm: Infinity })).kind).toBe('diverged')
  })

  it('takes the frame of the loss', () => {
    const orthogonal = matrix(3, 3, Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1))
    expect(verdictOf(endState(orthogonal))).toMatchObject({ kind: 'rank', rank: 3 })
    expect(verdictOf({ ...endState(orthogonal), frame: 'orthogonal' }).kind).toBe('collapse')
  })

  it('is stored by a number that never changes', () => {
    expect(verdicts).toEqual(['diverged', 'unconverged', 'zero', 'collapse', 'pair', 'polygon', 'rank'])
  })
})

describe('order of the classes', () => {
  it.each([
    ['pairs', pairShape(8), 4],
    ['pairs of different strength', blockShape([2, 2, 2], [3, 5, 7]), 3],
    ['blocks of 2 and 4', blockShape([2, 4], [12, 7]), 2],
  ])('shows %s side by side', (_name, shape, blocks) => {
    const K = shape.rows
    for (const seed of [1, 2, 3]) {
      const shuffled = reordered(shape, [...random(seed, 'classes').permutation(K)])
      const sorted = reordered(shuffled, repulsionOrder(shuffled))
      // Neighbours of one block repel each other, those at a border do not.
      const repelling = Array.from({ length: K - 1 }, (_, c) => sorted.data[c * K + c + 1]! < 0)
      expect(repelling.filter((repels) => !repels)).toHaveLength(blocks - 1)
    }
  })

  it('leaves collapsed classes as they are', () => {
    const noisy = simplexShape(5).data.map((x, at) => x + 1e-4 * Math.sin(at))
    expect(repulsionOrder(matrix(5, 5, noisy))).toEqual([0, 1, 2, 3, 4])
  })

  it('goes around a polygon', () => {
    const shuffled = reordered(polygonShape(7), [3, 0, 6, 2, 5, 1, 4])
    const sorted = reordered(shuffled, angularOrder(shuffled))
    sorted.data.forEach((x, at) => expect(x).toBeCloseTo(polygonShape(7).data[at]!, 12))
  })
})
