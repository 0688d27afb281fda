import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '#shared/contract/wire'
import { LabError } from '#shared/errors'
import { repetitions } from '../../helpers/repetitions'

/** Bytes, because NaN payloads and −0 do not survive a comparison of numbers. */
function bytesOf(array: unknown): number[] {
  if (!(array instanceof Float64Array)) throw new Error(`expected a Float64Array, got ${typeof array}`)
  return [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]
}

const typedArray = fc.oneof(
  fc.float64Array(),
  fc.float32Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.uint8Array(),
  // Any bits at all: signalling NaNs, denormals.
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => new Float64Array(Uint8Array.from(bytes).buffer)),
)
const message = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    typedArray,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$', '$$', '$f64', '__proto__', '1')), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).value

function wrongBytes(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof LabError && error.code === 'bad-input') return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

/** A frame with this header and these bytes after it, right or wrong. */
function frame(header: string, blocks: readonly number[] = [], claimedLength?: number): Uint8Array {
  const text = new TextEncoder().encode(header)
  const start = Math.ceil((8 + text.length) / 8) * 8
  const bytes = new Uint8Array(start + blocks.length)
  bytes.set(new TextEncoder().encode('CLW1'))
  new DataView(bytes.buffer).setUint32(4, claimedLength ?? text.length, true)
  bytes.set(text, 8)
  bytes.set(blocks, start)
  return bytes
}

describe('wire', () => {
  it('gives back any message unchanged', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decode(encode(value))).toStrictEqual(value)
      }),
      { numRuns: repetitions('CASES', 100) },
    )
  })

  it('keeps every bit of an array', () => {
    const words = BigUint64Array.of(
      0x7ff8000000000abcn,
      0xfff0000000000001n,
      0x8000000000000000n,
      1n,
      0x7ff0000000000000n,
    )
    const array = new Float64Array(words.buffer)
    expect(bytesOf(decode(encode(array)))).toEqual(bytesOf(array))
  })

  it('reads frames at any position of a larger buffer, and arrays that are views', () => {
    const sent = { view: new Float64Array([1, 2, 3, 4]).subarray(1, 3), after: 'x' }
    const frameBytes = encode(sent)
    const pool = new Uint8Array(frameBytes.length + 3)
    pool.set(frameBytes, 3)
    expect(decode(pool.subarray(3))).toEqual({ view: Float64Array.of(2, 3), after: 'x' })
  })

  it('spends eight bytes on a number of an array', () => {
    expect(encode(new Float64Array(1000).fill(Math.PI)).byteLength).toBeLessThan(8 * 1000 + 64)
  })

  it('sends an array that stands in several places once, and gives back one array', () => {
    const steps = new Float64Array(1000).fill(Math.PI)
    const bytes = encode([{ steps }, { steps: steps.slice() }, { steps }])
    expect(bytes.byteLength).toBeLessThan(2 * 8 * 1000 + 200)
    const shape = (steps: Float64Array) => ({ steps })
    const got = decode(bytes)
    expect(got).toStrictEqual([shape(steps), shape(steps), shape(steps)])
    const [first, second, third] = Array.isArray(got) ? got.map((one: { readonly steps: unknown }) => one.steps) : []
    expect(third).toBe(first)
    expect(second).not.toBe(first)
  })

  it('leaves out undefined fields and refuses what it cannot carry', () => {
    expect(decode(encode({ a: undefined, b: 1 }))).toStrictEqual({ b: 1 })
    const cyclic: Record<string, unknown> = {}
    cyclic['self'] = cyclic
    for (const value of [undefined, () => 1, 1n, new Map(), new Date(), [undefined], cyclic, new Float16ArrayLike()]) {
      expect(wrongBytes(() => encode(value))).toMatch(/Malformed message/)
    }
  })

  it('never reads beyond the message, whatever is changed in it', () => {
    fc.assert(
      fc.property(
        message,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        fc.nat(),
        (value, edits, cut) => {
          const bytes = encode(value)
          for (const [at, byte] of edits) bytes[at % bytes.length] = byte
          const mutated = cut % 3 === 0 ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes
          try {
            decode(mutated)
          } catch (error) {
            expect(error).toBeInstanceOf(LabError)
            expect(error).toMatchObject({ code: 'bad-input' })
          }
        },
      ),
      { numRuns: repetitions('CASES', 2000) },
    )
  })

  it.each([
    ['nothing', new Uint8Array(), /does not begin/],
    ['another protocol', new TextEncoder().encode('GET / HTTP/1.1\r\n'), /does not begin/],
    ['a header longer than the message', frame('null', [], 2 ** 32 - 1), /header claims 4294967295/],
    ['text that is not JSON', frame('{"a":'), /not JSON/],
    ['bytes that are not UTF-8', frame('"?"').map((byte) => (byte === 63 ? 0xff : byte)), /not JSON in UTF-8/],
    [
      'an array longer than the message',
      frame('{"$":"f64","length":9007199254740991}'),
      /claims \d+ bytes where 0 are left/,
    ],
    ['a negative length', frame('{"$":"f64","length":-1}'), /claims -1 elements/],
    ['a fractional length', frame('{"$":"f64","length":0.5}', [0, 0, 0, 0, 0, 0, 0, 0]), /claims 0.5 elements/],
    ['an unknown kind of array', frame('{"$":"f16","length":0}'), /unknown marker "f16"/],
    ['a marker from the prototype', frame('{"$":"constructor","length":0}'), /unknown marker/],
    ['a marker with more fields', frame('{"$":"NaN","x":1}'), /fields it should not have/],
    ['a marker with the field of another', frame('{"$":"f64","length":0,"as":0}'), /fields it should not have/],
    [
      'a second place with a length',
      frame('[{"$":"f64","length":0},{"$":"same","as":0,"length":0}]'),
      /should not have/,
    ],
    ['an array that has not come yet', frame('[{"$":"same","as":0},{"$":"f64","length":0}]'), /no array 0 to refer to/],
    ['an array that is no number', frame('[{"$":"f64","length":0},{"$":"same","as":"0"}]'), /no array "0" to refer/],
    ['an unknown marked key', frame('{"$x":1}'), /unknown marker "\$x"/],
    ['bytes after the end', frame('null', [1, 2, 3, 4, 5, 6, 7, 8]), /8 bytes follow/],
    ['endless nesting', frame('['.repeat(100_000) + ']'.repeat(100_000)), /nests too deeply/],
  ])('refuses %s', (_name, bytes, expected) => {
    expect(wrongBytes(() => decode(bytes))).toMatch(expected)
  })

  it('keeps to the size it was given', () => {
    const limits = { bytes: 1024, depth: 8 }
    expect(wrongBytes(() => encode(new Float64Array(200), limits))).toMatch(/1632 bytes, at most 1024/)
    expect(wrongBytes(() => decode(new Uint8Array(1025), limits))).toMatch(/1025 bytes were given, at most 1024/)
  })
})

class Float16ArrayLike {
  readonly length = 0
}
