import { describe, expect, it } from 'vitest'
import { prefersLibrary } from '#main/compute/backends/cpu/gemmChoice'

const plain = { transposeA: false, transposeB: false }
const [haswell, wide] = [
  { core: 'Haswell', numberBytes: 8 },
  { core: 'Cooperlake', numberBytes: 8 },
]

describe('which products go to the library', () => {
  it.each([
    { name: 'tiny ones', shape: { ...plain, m: 4, n: 16, k: 16 }, narrow: false, broad: false },
    { name: 'four rows', shape: { ...plain, m: 4, n: 32, k: 32 }, narrow: false, broad: true },
    { name: 'updates of rank 4', shape: { transposeA: true, transposeB: false, m: 32, n: 32, k: 4 }, narrow: true, broad: true }, // prettier-ignore
    { name: 'ten rows', shape: { ...plain, m: 10, n: 64, k: 64 }, narrow: true, broad: true },
    { name: 'ten rows beside long ones', shape: { ...plain, m: 10, n: 128, k: 128 }, narrow: false, broad: true },
    { name: 'ten rows beside a matrix beyond the caches', shape: { ...plain, m: 10, n: 1797, k: 128 }, narrow: true, broad: true }, // prettier-ignore
    { name: 'ten rows, transposed', shape: { ...plain, transposeB: true, m: 10, n: 128, k: 128 }, narrow: true, broad: true }, // prettier-ignore
    { name: 'squares', shape: { ...plain, m: 64, n: 64, k: 64 }, narrow: true, broad: true },
    { name: 'a single row', shape: { ...plain, m: 1, n: 512, k: 512 }, narrow: false, broad: false },
  ])('$name', ({ shape, narrow, broad }) => {
    expect(prefersLibrary(shape, haswell)).toBe(narrow)
    expect(prefersLibrary(shape, wide)).toBe(broad)
    // A library that does not name its core is taken for one with vectors of usual width.
    expect(prefersLibrary(shape, { ...haswell, core: null })).toBe(narrow)
  })

  it('are larger in float32, where our own kernels are twice as fast', () => {
    const shape = { ...plain, m: 10, n: 32, k: 32 }
    expect(prefersLibrary(shape, haswell)).toBe(true)
    expect(prefersLibrary(shape, { ...haswell, numberBytes: 4 })).toBe(false)
  })
})
