import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packFloats } from '#main/store/floatBlob'
import { RememberedChunks } from '#main/store/rememberedChunks'

/** Points at every second step from 10 on: step − 10 is the value. */
function chunkOf(count: number) {
  const steps = Float64Array.from({ length: count }, (_, i) => 10 + 2 * i)
  const blob = packFloats(Float64Array.of(...steps, ...steps.map((step) => step - 10)))
  return { ...blob, count }
}
const chunks = new Map([1, 50, 256, 257, 1000].map((count) => [count, chunkOf(count)]))

describe('values at steps', () => {
  it('are those of the chunk, however often and in whatever order they are asked for', () => {
    const remembered = new RememberedChunks()
    const asked = fc.tuple(fc.constantFrom(...chunks), fc.integer({ min: 0, max: 600 }))
    fc.assert(
      fc.property(asked, ([[count, chunk], step]) => {
        const digest = Buffer.from(chunk.digest).toString('hex')
        const last = Math.min(10 + 2 * (count - 1), step - (step % 2))
        const expected = step < 10 ? null : last - 10
        const known = remembered.known(digest, step)
        if (known !== null) expect(known).toBe(expected)
        expect(remembered.read(digest, chunk, step)).toBe(expected)
        expect(remembered.known(digest, step)).toBe(expected)
      }),
    )
  })

  it('are known at every step of a short chunk that was read once, and at the same step of a long one', () => {
    const remembered = new RememberedChunks()
    for (const [count, chunk] of chunks) remembered.read(String(count), chunk, 20)
    const knownAt = (step: number) => [...chunks.keys()].map((count) => remembered.known(String(count), step))
    expect(knownAt(20)).toEqual([0, 10, 10, 10, 10])
    expect(knownAt(30)).toEqual([0, 20, 20, null, null])
  })
})
