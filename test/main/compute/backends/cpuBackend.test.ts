import { describe, expect, it } from 'vitest'
import { CpuBuffer } from '#main/compute/backends/cpu/buffer'
import { createCpuBackend } from '#main/compute/backends/cpu/cpuBackend'
import { CpuMemory } from '#main/compute/backends/cpu/memory'
import { createBackend } from '#main/compute/backends/select'

const add = { op: 'add' } as const

describe('CpuBackend', () => {
  it('says what to do about what it cannot run', async () => {
    await expect(createBackend({ id: 'gpu' })).rejects.toMatchObject({ code: 'unavailable' })
    expect((await createBackend({ blas: 'embedded' })).description).toMatchObject({ blas: 'embedded', threads: 1 })
  })

  it('refuses buffers of others and those given back', async () => {
    const [backend, other] = [
      await createCpuBackend({ blas: 'embedded' }),
      await createCpuBackend({ blas: 'embedded' }),
    ]
    const [mine, foreign] = [backend.alloc([2]), other.alloc([2])]
    const call = { primitive: add, inputs: [mine, foreign], output: mine, scale: 1, keep: 0 }
    expect(() => backend.kernel(call)).toThrow(/another backend/)
    backend.free(mine)
    expect(() => backend.upload(Float64Array.of(1, 2), mine)).toThrow(/given back/)
    expect(() => backend.free(mine)).toThrow(/given back/)
  })

  it('refuses what would write past a buffer', async () => {
    const backend = await createCpuBackend({ blas: 'embedded' })
    const [two, three] = [backend.alloc([2]), backend.alloc([3])]
    const call = { primitive: add, inputs: [three, three], output: two, scale: 1, keep: 0 }
    expect(() => backend.kernel(call)).toThrow(/add: \[2\] should hold 3/)
    expect(() => backend.kernel({ ...call, inputs: [two, two], keep: 1 })).toThrow(/only overwrites/)
    expect(() => backend.upload(new Float64Array(3), two)).toThrow(/3 numbers cannot fill \[2\]/)
  })

  it('views share memory and go with the original', async () => {
    const backend = await createCpuBackend({ blas: 'embedded' })
    const original = backend.alloc([2, 3])
    const view = backend.view(original, [6])
    backend.upload(Float64Array.of(1, 2, 3, 4, 5, 6), view)
    expect([...(await backend.download(original))]).toEqual([1, 2, 3, 4, 5, 6])
    expect(() => backend.view(original, [5])).toThrow(/must hold 6/)
    expect(() => backend.free(view)).toThrow(/original/)
    backend.free(original)
    await expect(backend.download(view)).rejects.toThrow(/given back/)
  })

  it('downloads into a given array', async () => {
    const backend = await createCpuBackend({ blas: 'embedded' })
    const buffer = backend.alloc([])
    backend.upload(Float64Array.of(7), buffer)
    const into = new Float64Array(1)
    expect(await backend.download(buffer, into)).toBe(into)
    expect(into[0]).toBe(7)
  })
})

describe('precisions', () => {
  it('float32 holds the nearest single numbers, in four bytes each', async () => {
    const backend = await createBackend({ dtype: 'float32', blas: 'embedded' })
    expect(backend.description).toMatchObject({ dtype: 'float32', blas: 'embedded' })
    const buffer = backend.alloc([4])
    expect(buffer.dtype).toBe('float32')
    const values = Float64Array.of(0.1, 1e300, -1e-60, NaN)
    backend.upload(values, buffer)
    expect(await backend.download(buffer)).toEqual(values.map(Math.fround))
    for (const [dtype, bytes] of [
      ['float32', 64],
      ['float64', 128],
    ] as const) {
      const memory = new CpuMemory(CpuMemory.reserve(), 0, null, dtype)
      const [first, second] = [new CpuBuffer([16], memory), new CpuBuffer([16], memory)]
      expect(second.at - first.at).toBe(bytes)
    }
  })

  it('do not mix', async () => {
    const [single, double] = [await createBackend({ dtype: 'float32' }), await createBackend({ dtype: 'float64' })]
    const [x, y] = [single.alloc([2]), double.alloc([2])]
    const call = { primitive: add, inputs: [x, x], output: y, scale: 1, keep: 0 }
    expect(() => single.kernel(call)).toThrow(/another backend/)
  })
})

describe('CpuMemory', () => {
  it('aligns, joins what is given back and uses it again', () => {
    const memory = new CpuMemory(CpuMemory.reserve(), 100, null, 'float64')
    const blocks = [10, 1000, 0, 64, 65].map((bytes) => memory.allocate(bytes))
    for (const at of blocks) expect(at % 64).toBe(0)
    for (const at of [blocks[1]!, blocks[3]!, blocks[0]!, blocks[2]!]) memory.release(at)
    expect(memory.allocate(64 + 1024 + 64 + 64)).toBe(blocks[0])
    expect(() => memory.release(1)).toThrow(/nothing is allocated/)
  })

  it('never hands out a byte twice', () => {
    const memory = new CpuMemory(CpuMemory.reserve(), 0, null, 'float64')
    const live = new Map<number, number>()
    let seed = 1
    const next = (limit: number) => (seed = (seed * 48271) % 2147483647) % limit
    for (let i = 0; i < 2000; i++) {
      const at = [...live.keys()][next(40)]
      if (at !== undefined) {
        live.delete(at)
        memory.release(at)
      } else {
        const bytes = next(200_000)
        live.set(memory.allocate(bytes), bytes)
      }
    }
    const ordered = [...live].sort(([a], [b]) => a - b)
    ordered.forEach(([at, bytes], i) => {
      const following = ordered[i + 1]?.[0] ?? memory.memory.buffer.byteLength - 64
      expect(at + bytes).toBeLessThanOrEqual(following)
    })
  })

  it('says how much there is when there is no more', () => {
    const memory = new CpuMemory(CpuMemory.reserve(), 0, null, 'float64')
    expect(() => memory.allocate(2 ** 33)).toThrow(/cannot add 8192 MiB; its limit is 4096 MiB/)
  })
})
