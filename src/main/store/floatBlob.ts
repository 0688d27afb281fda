import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { FloatArray, FloatArrays, FloatDtype } from '../core/checkpoint'

/** Numbers as stored: zstd of little-endian float64 (or float32), with the SHA-256 of the bytes before compression. */
export interface FloatBlob {
  readonly data: Uint8Array
  readonly digest: Uint8Array
}

/** The columns of a FloatBlob. */
export const floatBlobColumns = { data: z.instanceof(Uint8Array), digest: z.instanceof(Uint8Array) }

/** Keeps every bit: NaN payloads, −0 and infinities included. */
export function packFloats(values: FloatArray): FloatBlob {
  const bytes = littleEndian(Buffer.from(values.buffer, values.byteOffset, values.byteLength), values.BYTES_PER_ELEMENT)
  return { data: zstdCompressSync(bytes), digest: sha256(bytes) }
}

/** As unpackFloatsAs for float64. */
export function unpackFloats(blob: FloatBlob, count: number): Float64Array {
  return unpackFloatsAs('float64', blob, count)
}

const MAKE: { readonly [D in FloatDtype]: (count: number) => FloatArrays[D] } = {
  float64: (count) => new Float64Array(count),
  float32: (count) => new Float32Array(count),
}

/** 8 GiB of float64: more than one array of a project ever is. */
const MOST_NUMBERS = 2 ** 30

/**
 * @param count how many numbers the row says it holds; more are not even decompressed
 * @throws LabError 'storage' if the bytes are not those that were stored; its details then say `damaged`
 */
export function unpackFloatsAs<D extends FloatDtype>(dtype: D, blob: FloatBlob, count: number): FloatArrays[D] {
  // A count that was damaged itself may be one that no memory holds.
  if (count > MOST_NUMBERS) throw damaged(count)
  // A fresh buffer: decompressed bytes may start at an address that is no multiple of their size.
  const values = MAKE[dtype](count)
  let bytes: Buffer
  try {
    bytes = zstdDecompressSync(blob.data, { maxOutputLength: Math.max(1, values.byteLength) })
  } catch (cause) {
    throw damaged(count, cause)
  }
  if (bytes.length !== values.byteLength || !sha256(bytes).equals(blob.digest)) throw damaged(count)
  new Uint8Array(values.buffer).set(littleEndian(bytes, values.BYTES_PER_ELEMENT))
  return values
}

function damaged(count: number, cause?: unknown): LabError {
  const message = `A stored array of ${count} numbers is damaged: its checksum does not match. Go on from a backup.`
  return new LabError('storage', message, { count, damaged: true }, { cause })
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** Swaps a copy on the rare machines that are big-endian; the same call goes both ways. */
function littleEndian(bytes: Uint8Array, numberSize: number): Buffer {
  if (endianness() === 'LE') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return numberSize === 8 ? Buffer.from(bytes).swap64() : Buffer.from(bytes).swap32()
}
