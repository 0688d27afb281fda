import { afterEach, describe, expect, it } from 'vitest'
import { matmul, transpose, useHostBlas } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { orthogonaliseFullyInPlace } from '#main/spectra/orthogonaliseInPlace'
import {
  addCombinationInPlace,
  addCombinationsInPlace,
  asFloat64,
  project,
  projectBlock,
  rotateInPlace,
  stored,
} from '#main/spectra/storedVectors'
import { VectorStack } from '#main/spectra/vectorStack'
import { blasRoutes } from '../../helpers/blasRoutes'
import { expectClose } from '../../helpers/expectClose'

/** Longer than two chunks, and numbers of vectors that are no multiple of four. */
const n = 4500

afterEach(() => useHostBlas(null))

describe.each(['float64', 'float32'] as const)('stored vectors, %s', (storage) => {
  it.each([1, 3, 4, 7, 13])('project and combine %i vectors as matrix products do', (m) => {
    const vectors = Array.from({ length: m }, (_, j) => stored(random(j, 'vectors').normal(n), storage))
    const Q = matrix(m, n, Float64Array.from(vectors.flatMap((v) => [...v])))
    const w = random(1, 'w').normal(n)
    const coefficients = project(vectors, w)
    // Sums of 4500 products of size 1, in another order.
    expectClose(coefficients, matmul(Q, matrix(n, 1, w)).data, { atol: 1e-11 })
    const sum = w.slice()
    addCombinationInPlace(sum, vectors, coefficients, -2)
    const expected = matmul(transpose(Q), matrix(m, 1, coefficients)).data.map((x, i) => w[i]! - 2 * x)
    expectClose(sum, expected, { atol: 1e-10 })
  })

  // 64 vectors of this length share a piece of memory: within one, beyond one, with some outside of any.
  it.for([1, 5, 64, 70])('blocks with a stack of %i give the same by a system BLAS, to rounding', (m, { skip }) => {
    const { blas } = blasRoutes[1]
    if (!blas) return skip('no BLAS library found')
    const given = Array.from({ length: m }, (_, j) => random(j, 'vectors').normal(n))
    const lists = [
      new VectorStack(n, storage, given).vectors,
      [...new VectorStack(n, storage, given).vectors, given[0]!],
    ]
    const together = random(1, 'w').normal(3 * n)
    const block = [0, 1, 2].map((k) => together.subarray(k * n, (k + 1) * n))
    for (const vectors of lists) {
      const results = [null, blas].map((route) => {
        useHostBlas(route)
        const coefficients = projectBlock(vectors, block)
        const apart = block.map((w) => w.slice())
        addCombinationsInPlace(apart, vectors, coefficients, -0.5)
        const sums = Float64Array.from(apart.flatMap((w) => [...w]))
        const copies = new VectorStack(n, storage, vectors)
        copies.rotate(matrix(vectors.length, 1, coefficients.data.subarray(0, vectors.length)))
        return { coefficients: coefficients.data, sums, rotated: copies.vectors[0]! }
      })
      const [own, foreign] = results
      // Sums of 4500 products of size 1, then of up to 38 of size 70, in another order.
      expectClose(foreign!.coefficients, own!.coefficients, { atol: 1e-11 })
      expectClose(foreign!.sums, own!.sums, { atol: 1e-10 })
      expectClose(foreign!.rotated, own!.rotated, { atol: storage === 'float64' ? 1e-10 : 1e-4 })
    }
  })

  it('rotate in their own memory, to fewer vectors', () => {
    const vectors = Array.from({ length: 6 }, (_, j) => stored(random(j, 'vectors').normal(n), storage))
    const S = matrix(6, 4, random(2, 'S').normal(24))
    const Q = matrix(6, n, Float64Array.from(vectors.flatMap((v) => [...v])))
    const expected = matmul(S, Q, { transposeA: true })
    const first = vectors[0]!
    rotateInPlace(vectors, S)
    expect(vectors).toHaveLength(4)
    expect(vectors[0]).toBe(first)
    const flat = Float64Array.from(vectors.flatMap((v) => [...v]))
    // float32 rounds each entry, of size up to about 10, to 6e-8 of itself.
    expectClose(flat, expected.data, { atol: storage === 'float64' ? 1e-13 : 1e-6 })
  })
})

describe('orthogonaliseFullyInPlace', () => {
  it('leaves nothing of a vector that lies almost inside', () => {
    const basis = [0, 1, 2].map((j) => Float64Array.from({ length: n }, (_, i) => (i % 3 === j ? Math.sqrt(3 / n) : 0)))
    const tiny = random(3, 'tiny').normal(n)
    const w = Float64Array.from({ length: n }, (_, i) => basis[0]![i]! * 5 - basis[2]![i]! * 7 + 1e-12 * tiny[i]!)
    const coefficients = orthogonaliseFullyInPlace([w], basis).data
    expectClose(coefficients, [5, 0, -7], { atol: 1e-9 })
    const length = Math.hypot(...w)
    expect(length).toBeGreaterThan(1e-12)
    expectClose(project(basis, w), [0, 0, 0], { atol: 1e-14 * length })
  })
  it('copies only what is not float64', () => {
    const v = Float64Array.of(1, 2)
    expect(asFloat64(v)).toBe(v)
    expect(asFloat64(Float32Array.of(1, 2))).toEqual(v)
  })
})
