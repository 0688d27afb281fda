import { createHash } from 'node:crypto'
import { endianness } from 'node:os'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { LabError } from '#shared/errors'

/** Numbers as stored: zstd of little-endian float64, with the SHA-256 of the bytes before compression. */
export interface FloatBlob {
  readonly data: Uint8Array
  readonly digest: Uint8Array
}

/** The columns of a FloatBlob. */
export const floatBlobColumns = { data: z.instanceof(Uint8Array), digest: z.instanceof(Uint8Array) }

/** Keeps every bit: NaN payloads, −0 and infinities included. */
export function packFloats(values: Float64Array): FloatBlob {
  const bytes = littleEndian(Buffer.from(values.buffer, values.byteOffset, values.byteLength))
  return { data: zstdCompressSync(bytes), digest: sha256(bytes) }
}

/**
 * @param count how many numbers the row says it holds; more are not even decompressed
 * @throws LabError 'storage' if the bytes are not those that were stored
 */
export function unpackFloats(blob: FloatBlob, count: number): Float64Array {
  let bytes: Buffer
  try {
    bytes = zstdDecompressSync(blob.data, { maxOutputLength: Math.max(1, count * 8) })
  } catch (cause) {
    throw damaged(count, cause)
  }
  if (bytes.length !== count * 8 || !sha256(bytes).equals(blob.digest)) throw damaged(count)
  // A fresh buffer: decompressed bytes may start at an address that is no multiple of eight.
  const values = new Float64Array(count)
  new Uint8Array(values.buffer).set(littleEndian(bytes))
  return values
}

function damaged(count: number, cause?: unknown): LabError {
  const message = `A stored array of ${count} numbers is damaged: its checksum does not match. Go on from a backup.`
  return new LabError('storage', message, { count }, { cause })
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** Swaps a copy on the rare machines that are big-endian; the same call goes both ways. */
function littleEndian(bytes: Buffer): Buffer {
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap64()
}
