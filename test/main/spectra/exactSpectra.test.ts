import { describe, expect, it } from 'vitest'
import { kronecker, matmul, transpose } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import { columns, fromColumns } from '#main/spectra/columns'
import { denseSpectrum } from '#main/spectra/denseSpectrum'
import { gramSpectrum } from '#main/spectra/gramSpectrum'
import { groupDegenerate } from '#main/spectra/groupDegenerate'
import { kroneckerSpectrum } from '#main/spectra/kroneckerSpectrum'
import { materialise } from '#main/spectra/materialise'
import { expectClose } from '../../helpers/expectClose'
import { diagonalOperator, matrixOperator, residualOf, rotatedOperator } from './operators'

const gram = (X: Matrix) => matmul(X, transpose(X))

const gaussian = (rows: number, cols: number, seed: number) =>
  matrix(rows, cols, random(seed, 'exactSpectra').normal(rows * cols))

describe('denseSpectrum', () => {
  it('recovers known eigenvalues and eigenvectors', async () => {
    const values = Float64Array.from({ length: 40 }, (_, i) => Math.floor(i / 3) - 5)
    const operator = rotatedOperator(values)
    const spectrum = await denseSpectrum(operator, { vectors: true })
    // ‖H‖ = 8 and O(40) roundings.
    expectClose(spectrum.values, values.toSorted().reverse(), { atol: 1e-12 })
    expect(spectrum.asymmetry).toBeLessThan(1e-14)
    expect(spectrum.products).toBe(40)
    for (const [i, v] of columns(spectrum.vectors!).entries()) {
      expect(await residualOf(operator, spectrum.values[i]!, v)).toBeLessThan(1e-12)
    }
  })

  it('reports an operator that is not symmetric and one that is not finite', async () => {
    const skew = matrixOperator(matrix(2, 2, Float64Array.of(1, 0.5, 0, 1)))
    expect((await denseSpectrum(skew)).asymmetry).toBe(0.5)
    await expect(denseSpectrum(diagonalOperator([1, Infinity]))).rejects.toThrow(/not finite/)
  })

  it('materialises column by column', async () => {
    const A = gaussian(5, 5, 1)
    const progress: number[] = []
    const copy = await materialise(matrixOperator(A), { onProgress: (done) => void progress.push(done) })
    expect(copy).toEqual(A)
    expect(progress).toEqual([1, 2, 3, 4, 5])
  })

  it.each([1, 2, 3, 5, 6])('materialises blocks of %i columns where the operator takes them', async (count) => {
    const A = gaussian(5, 5, 1)
    const single = matrixOperator(A)
    let blocks = 0
    const apply = async (x: Float64Array, y: Float64Array) => {
      blocks++
      for (let r = 0; r < count; r++) await single.apply(x.subarray(5 * r, 5 * r + 5), y.subarray(5 * r, 5 * r + 5))
    }
    const progress: number[] = []
    const onProgress = (done: number) => void progress.push(done)
    expect(await materialise({ ...single, block: { count, apply } }, { onProgress })).toEqual(A)
    expect(blocks).toBe(count > 5 ? 0 : Math.ceil(5 / count))
    expect(progress).toEqual([1, 2, 3, 4, 5])
  })
})

describe('kroneckerSpectrum', () => {
  const [A, B] = [gram(gaussian(4, 2, 2)), gram(gaussian(5, 9, 3))]

  it('agrees with the dense spectrum of the product', async () => {
    const operator = matrixOperator(kronecker(A, B))
    const dense = await denseSpectrum(operator)
    const { values, pairs } = kroneckerSpectrum(A, B, { top: 10 })
    expectClose(values, dense.values, { atol: 1e-12 * dense.values[0]! })
    expect(kroneckerSpectrum(A, B).values).toEqual(values)
    for (const { value, left, right } of pairs) {
      const vector = Float64Array.from([...left].flatMap((l) => [...right].map((r) => l * r)))
      expect(await residualOf(operator, value, vector)).toBeLessThan(1e-12 * dense.values[0]!)
    }
  })

  it('orders products of negative eigenvalues', () => {
    const D = (a: number, b: number) => matrix(2, 2, Float64Array.of(a, 0, 0, b))
    expectClose(kroneckerSpectrum(D(-2, 1), D(-3, 1)).values, [6, 1, -2, -3], { atol: 1e-14 })
    expect(() => kroneckerSpectrum(D(1, 1), D(1, 1), { top: 5 })).toThrow(/top is 5.*0 to 4/)
  })
})

describe('gramSpectrum', () => {
  it.each([
    [6, 4],
    [4, 6],
  ])('agrees with the dense spectrum of X Xᵀ/N for X of %i × %i', async (d, N) => {
    const X = gaussian(d, N, 4)
    const { values } = await denseSpectrum(matrixOperator(gram(X)))
    expectClose(gramSpectrum(X, 1 / N), values.map((e) => e / N), { atol: 1e-13 * values[0]! }) // prettier-ignore
  })

  it('resolves eigenvalues below eps · λ_max', () => {
    const X = matrix(2, 3, Float64Array.of(1, 0, 0, 0, 1e-10, 0))
    expectClose(gramSpectrum(X), [1, 1e-20], { rtol: 1e-12 })
  })
})

describe('groupDegenerate', () => {
  it('groups within a width relative to the largest value', () => {
    const noisy = [2, 1e-16, 1, 2 + 1e-12, -1e-16, 1 - 1e-12, 1 + 1e-12]
    const groups = groupDegenerate(noisy, 1e-10)
    expect(groups.map((g) => g.copies)).toEqual([2, 3, 2])
    expectClose(groups.map((g) => g.value), [2, 1, 0], { atol: 1e-11 }) // prettier-ignore
  })

  it('does not chain a dense bulk, and handles nothing and zeros', () => {
    const bulk = Array.from({ length: 101 }, (_, i) => 1 + i / 1000)
    expect(groupDegenerate(bulk, 0.01).length).toBeGreaterThan(5)
    expect(groupDegenerate([], 0.1)).toEqual([])
    expect(groupDegenerate([0, 0, 0], 0.1)).toEqual([{ value: 0, copies: 3 }])
  })
})

describe('columns', () => {
  it('takes a matrix apart and puts it together', () => {
    const A = gaussian(4, 3, 5)
    expect(fromColumns(columns(A))).toEqual(A)
    expect(() => fromColumns([new Float64Array(2), new Float64Array(3)])).toThrow(/same length/)
  })
})
