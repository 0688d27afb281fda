import { z } from 'zod'
import { LabError } from '../errors'

/**
 * The binary form of a message between page and service.
 *
 *     bytes 0–3    "CLW1"
 *     bytes 4–7    length h of the header, little-endian uint32
 *     bytes 8–     header: JSON in UTF-8, padded with zeros to a multiple of 8 bytes
 *     then         one block per typed array, in the order in which the header names them, each padded likewise
 *
 * A typed array stands in the header as {"$": "f64", "length": 3}; its numbers are raw little-endian bytes, so every
 * bit survives, NaN payloads included. An array that the message holds several times has one block and is one array
 * again; from its second place on it stands as {"$": "same", "as": 0}, by the number of its block. Plain numbers that JSON cannot hold (NaN, ±∞, −0) stand as {"$": "NaN"}.
 * Keys of ordinary objects that begin with "$" get a second "$". Fields that are undefined are left out, as in JSON.
 * Blocks have no offsets: the reader takes them one after the other and must end exactly at the last byte.
 */
const MAGIC = [0x43, 0x4c, 0x57, 0x31]
const PREAMBLE = 8
const ALIGNMENT = 8

export interface WireLimits {
  readonly bytes: number
  readonly depth: number
}
/** Depth: the contract nests seven levels at most. Bytes: a dense 2000 × 2000 matrix is 32 MB. */
export const WIRE_LIMITS: WireLimits = { bytes: 256 * 2 ** 20, depth: 32 }

/** What travels: client to service, and back. */
export const requestFrameSchema = z.strictObject({
  id: z.int().min(0),
  method: z.string().max(100),
  input: z.unknown(),
})
export type RequestFrame = z.infer<typeof requestFrameSchema>
export const serverFrameSchema = z.union([
  z.strictObject({ id: z.int().min(0), reply: z.unknown() }),
  z.strictObject({ event: z.string(), payload: z.unknown() }),
])
export type ServerFrame = z.infer<typeof serverFrameSchema>

type TypedArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array
const DTYPES = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u8: Uint8Array,
} as const
type DtypeTag = keyof typeof DTYPES
/** Each array with the number of its block. */
type Blocks = Map<TypedArray, number>

const SPECIAL_NUMBERS = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity, '-0': -0 } as const

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** @throws LabError 'bad-input' for values the wire does not carry: functions, class instances, cycles, bigint. */
export function encode(value: unknown, limits: WireLimits = WIRE_LIMITS): Uint8Array<ArrayBuffer> {
  const blocks: Blocks = new Map()
  const header = new TextEncoder().encode(JSON.stringify(describe(value, blocks, limits.depth)))
  const start = align(PREAMBLE + header.byteLength)
  const total = [...blocks.keys()].reduce((sum, block) => sum + align(block.byteLength), start)
  if (total > limits.bytes) throw malformed(`the message has ${total} bytes, at most ${limits.bytes} are allowed`)
  const bytes = new Uint8Array(total)
  bytes.set(MAGIC)
  new DataView(bytes.buffer).setUint32(4, header.byteLength, true)
  bytes.set(header, PREAMBLE)
  let offset = start
  for (const block of blocks.keys()) {
    bytes.set(new Uint8Array(block.buffer, block.byteOffset, block.byteLength), offset)
    offset += align(block.byteLength)
  }
  return bytes
}

/** The inverse of encode. @throws LabError 'bad-input' for anything that encode does not write. */
export function decode(bytes: Uint8Array, limits: WireLimits = WIRE_LIMITS): unknown {
  if (bytes.byteLength > limits.bytes) {
    throw malformed(`${bytes.byteLength} bytes were given, at most ${limits.bytes} are allowed`)
  }
  if (bytes.byteLength < PREAMBLE || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw malformed('it does not begin with "CLW1" and a length')
  }
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true)
  const start = align(PREAMBLE + headerLength)
  if (start > bytes.byteLength) {
    throw malformed(`the header claims ${headerLength} bytes, the message has ${bytes.byteLength}`)
  }
  const reader = new BlockReader(bytes, start)
  const value = restore(parseHeader(bytes.subarray(PREAMBLE, PREAMBLE + headerLength)), reader, limits.depth)
  reader.end()
  return value
}

function describe(value: unknown, blocks: Blocks, depth: number): Json {
  if (depth < 0) throw malformed('it nests too deeply, or refers to itself')
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Object.is(value, -0)) return { $: '-0' }
      return Number.isFinite(value) ? value : { $: String(value) }
    case 'object':
      return value === null ? null : describeObject(value, blocks, depth)
    default:
      throw malformed(`a value of type ${typeof value} cannot be sent`)
  }
}

function describeObject(value: object, blocks: Blocks, depth: number): Json {
  if (Array.isArray(value)) return Array.from(value, (element: unknown) => describe(element, blocks, depth - 1))
  for (const tag of dtypeTags) {
    if (value instanceof DTYPES[tag]) {
      const known = blocks.get(value)
      if (known !== undefined) return { $: 'same', as: known }
      blocks.set(value, blocks.size)
      return { $: tag, length: value.length }
    }
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw malformed(`an instance of ${value.constructor.name} cannot be sent`)
  }
  const fields: [string, unknown][] = Object.entries(value)
  return Object.fromEntries(
    fields
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key.startsWith('$') ? `$${key}` : key, describe(field, blocks, depth - 1)]),
  )
}

function restore(json: Json, reader: BlockReader, depth: number): unknown {
  if (depth < 0) throw malformed('it nests too deeply')
  if (json === null || typeof json !== 'object') return json
  if (Array.isArray(json)) return json.map((element) => restore(element, reader, depth - 1))
  if (Object.hasOwn(json, '$')) return restoreTagged(json, reader)
  // fromEntries defines own properties, so that a key "__proto__" stays a plain key.
  return Object.fromEntries(
    Object.entries(json).map(([key, field]) => {
      if (key.startsWith('$') && !key.startsWith('$$')) throw malformed(`unknown marker "${key}"`)
      return [key.startsWith('$') ? key.slice(1) : key, restore(field, reader, depth - 1)]
    }),
  )
}

function restoreTagged(json: { [key: string]: Json }, reader: BlockReader): unknown {
  const { $: tag, length, as, ...rest } = json
  const isForeign = tag === 'same' ? length !== undefined : as !== undefined
  if (isForeign || Object.keys(rest).length > 0) throw malformed('a marker has fields it should not have')
  if (tag === 'same') return reader.again(as)
  if (isSpecialNumber(tag) && length === undefined) return SPECIAL_NUMBERS[tag]
  if (!isDtypeTag(tag)) throw malformed(`unknown marker ${JSON.stringify(tag)}`)
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) {
    throw malformed(`an array claims ${JSON.stringify(length)} elements`)
  }
  return reader.take(tag, length)
}

class BlockReader {
  readonly #taken: TypedArray[] = []

  constructor(
    private readonly bytes: Uint8Array,
    private offset: number,
  ) {}

  take(tag: DtypeTag, length: number): TypedArray {
    const size = length * DTYPES[tag].BYTES_PER_ELEMENT
    const left = this.bytes.byteLength - this.offset
    if (align(size) > left) throw malformed(`an array claims ${size} bytes where ${left} are left`)
    // A copy: it is aligned, and the frame's memory can be given back.
    const copy = new Uint8Array(size)
    copy.set(this.bytes.subarray(this.offset, this.offset + size))
    this.offset += align(size)
    const array = new DTYPES[tag](copy.buffer)
    this.#taken.push(array)
    return array
  }

  again(block: Json | undefined): TypedArray {
    const array = typeof block === 'number' ? this.#taken[block] : undefined
    if (!array) throw malformed(`there is no array ${JSON.stringify(block)} to refer to`)
    return array
  }

  end(): void {
    const left = this.bytes.byteLength - this.offset
    if (left !== 0) throw malformed(`${left} bytes follow the last array`)
  }
}

function parseHeader(bytes: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new LabError('bad-input', 'Malformed message: its header is not JSON in UTF-8.', {}, { cause })
  }
}

const dtypeTags = Object.keys(DTYPES).filter(isDtypeTag)

function isDtypeTag(tag: unknown): tag is DtypeTag {
  return typeof tag === 'string' && Object.hasOwn(DTYPES, tag)
}

function isSpecialNumber(tag: unknown): tag is keyof typeof SPECIAL_NUMBERS {
  return typeof tag === 'string' && Object.hasOwn(SPECIAL_NUMBERS, tag)
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

function malformed(why: string): LabError {
  return new LabError('bad-input', `Malformed message: ${why}.`)
}
