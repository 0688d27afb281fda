import { createHash, webcrypto } from 'node:crypto'
import { endianness } from 'node:os'
import { promisify } from 'node:util'
import { zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync, type ZstdOptions } from 'node:zlib'
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

const compress = promisify(zstdCompress)
const decompress = promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress)

/** As `packFloats`, compressed on another thread, of numbers whose SHA-256 is known. */
export async function packFloatsAside(values: FloatArray, sha256Hex: string): Promise<FloatBlob> {
  return { data: await compress(bytesOfFloats(values)), digest: Buffer.from(sha256Hex, 'hex') }
}

/** SHA-256 in hexadecimal, as `digestOfFloats`, computed on another thread. */
export async function digestAside(values: FloatArray): Promise<string> {
  // A copy, which is quick: the numbers may lie in memory that is shared.
  const bytes = new Uint8Array(bytesOfFloats(values))
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex')
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
  const size = sizeInBytes(dtype, count)
  let bytes: Buffer
  try {
    bytes = zstdDecompressSync(blob.data, limitedTo(size))
  } catch (cause) {
    throw damaged(count, cause)
  }
  if (bytes.length !== size || !sha256(bytes).equals(blob.digest)) throw damaged(count)
  return floatsOfBytes(dtype, bytes)
}

/** As unpackFloatsAs, on other threads: for arrays of which nobody knows how large they are. */
export async function unpackFloatsAside(dtype: FloatDtype, blob: FloatBlob, count: number): Promise<FloatArray> {
  const size = sizeInBytes(dtype, count)
  let bytes: Buffer
  try {
    bytes = await decompress(Buffer.from(blob.data), limitedTo(size))
  } catch (cause) {
    throw damaged(count, cause)
  }
  if (bytes.length !== size) throw damaged(count)
  const values = floatsOfBytes(dtype, bytes)
  if ((await digestAside(values)) !== Buffer.from(blob.digest).toString('hex')) throw damaged(count)
  return values
}

/** @throws LabError for a count that was damaged itself: it may be one that no memory holds */
function sizeInBytes(dtype: FloatDtype, count: number): number {
  if (count > MOST_NUMBERS) throw damaged(count)
  return count * WIDTH[dtype]
}

/**
 * Nothing is allocated for a count that only claims to be large: the bytes come first, in pieces. Most arrays are one
 * piece, with a byte to spare that tells its end: Node allocates 64 KiB for the shortest series otherwise.
 */
function limitedTo(size: number): { maxOutputLength: number; chunkSize: number } {
  return { maxOutputLength: Math.max(1, size), chunkSize: Math.min(Math.max(size + 1, LEAST_PIECE), MOST_IN_PIECE) }
}

/** zlib takes no smaller one. */
const LEAST_PIECE = 64
const MOST_IN_PIECE = 2 ** 20

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
