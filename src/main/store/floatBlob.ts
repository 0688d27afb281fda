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
  const bytes = bytesOfFloats(values)
  return { data: zstdCompressSync(bytes), digest: sha256(bytes) }
}

/** Little-endian; on most machines a view of the numbers, not a copy. */
export function bytesOfFloats(values: FloatArray): Buffer {
  return littleEndian(Buffer.from(values.buffer, values.byteOffset, values.byteLength), values.BYTES_PER_ELEMENT)
}

/** The numbers of little-endian bytes, whose length fits. */
export function floatsOfBytes<D extends FloatDtype>(dtype: D, bytes: Uint8Array): FloatArrays[D] {
  // A fresh buffer: the bytes may start at an address that is no multiple of their size.
  const values = MAKE[dtype](bytes.length / WIDTH[dtype])
  new Uint8Array(values.buffer).set(littleEndian(bytes, values.BYTES_PER_ELEMENT))
  return values
}

/** SHA-256 of the little-endian bytes: what a FloatBlob says of its numbers. */
export function digestOfFloats(values: FloatArray): Uint8Array {
  return sha256(bytesOfFloats(values))
}

/** As unpackFloatsAs for float64. */
export function unpackFloats(blob: FloatBlob, count: number): Float64Array {
  return unpackFloatsAs('float64', blob, count)
}

const MAKE: { readonly [D in FloatDtype]: (count: number) => FloatArrays[D] } = {
  float64: (count) => new Float64Array(count),
  float32: (count) => new Float32Array(count),
}

/** Bytes of one number. */
export const WIDTH: Readonly<Record<FloatDtype, number>> = { float64: 8, float32: 4 }

/** 8 GiB of float64: more than one array of a project ever is. */
const MOST_NUMBERS = 2 ** 30

/**
 * @param count how many numbers the row says it holds; more are not even decompressed
 * @throws LabError 'storage' if the bytes are not those that were stored; its details then say `damaged`
 */
export function unpackFloatsAs<D extends FloatDtype>(dtype: D, blob: FloatBlob, count: number): FloatArrays[D] {
  // A count that was damaged itself may be one that no memory holds.
  if (count > MOST_NUMBERS) throw damaged(count)
  const size = count * WIDTH[dtype]
  let bytes: Buffer
  try {
    // Nothing is allocated for a count that only claims to be large: the bytes come first.
    bytes = zstdDecompressSync(blob.data, { maxOutputLength: Math.max(1, size) })
  } catch (cause) {
    throw damaged(count, cause)
  }
  if (bytes.length !== size || !sha256(bytes).equals(blob.digest)) throw damaged(count)
  return floatsOfBytes(dtype, bytes)
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
