import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { identity, matmul, rowSpaceBasis } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { expectClose } from '../../../helpers/expectClose'

describe('a basis of a row space', () => {
  it('is orthonormal, holds every row and has the rank', () => {
    const sizes = fc.record({ N: fc.integer({ min: 1, max: 12 }), d: fc.nat(8), rank: fc.nat(6), seed: fc.nat(1000) })
    fc.assert(
      fc.property(sizes, ({ N, d, rank, seed }) => {
        const draw = random(seed, 'rows')
        const low = matmul(matrix(d, rank, draw.normal(d * rank)), matrix(rank, N, draw.normal(rank * N)))
        // As much a part of the space as the others, however small.
        const tiny = matrix(
          1,
          N,
          draw.normal(N).map((value) => value * 1e-9),
        )
        const basis = rowSpaceBasis([low, tiny])
        expect(basis.cols).toBe(Math.min(N, Math.min(rank, d) + 1))
        expectClose(matmul(basis, basis, { transposeA: true }).data, identity(basis.cols).data, { atol: 1e-14 })
        for (const given of [low, tiny]) {
          const inside = matmul(matmul(given, basis), basis, { transposeB: true }).data
          expectClose(inside, given.data, { atol: 1e-14 * Math.max(...given.data.map(Math.abs), 0) })
        }
      }),
    )
  })

  it('is empty for zeros, and refuses what does not fit', () => {
    expect(rowSpaceBasis([matrix(2, 5)])).toMatchObject({ rows: 5, cols: 0 })
    expect(() => rowSpaceBasis([matrix(2, 5), matrix(1, 4)])).toThrow(/2 × 5, 1 × 4.*equal numbers of columns/)
  })
})
