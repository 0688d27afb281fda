import { z } from 'zod'
import { sizeOf, type ArrayRef } from '../store/runContent'
import { WIDTH } from '../store/floatBlob'

/** See docs/bundle-format.md. */
export const FORMAT = 'collapsar-run'
export const FORMAT_VERSION = 1
export const MANIFEST = 'manifest.json'

/** What is around the run in the manifest; of the sections that this version does not know the names are kept. */
export const envelopeSchema = z.looseObject({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  /** The version of Collapsar that wrote it; nothing depends on it. */
  writtenBy: z.string().max(100),
})

/** All of them are checked before anything is allocated. */
export const LIMITS = {
  fileBytes: 2 ** 32 - 1, // larger archives need zip64
  entries: 65_000, // likewise
  manifestBytes: 2 ** 25,
  /** Of one array: it is in memory as a whole. */
  entryBytes: 2 ** 30 + 2 ** 12,
  /** Bytes out of one compressed byte. What compresses better is stored as it is, so that a bundle stays below. */
  expansion: 100,
  /** Up to this size a file may expand as it likes: other programs pack zeros better. */
  smallBytes: 2 ** 20,
  /** Likewise for all of them together. */
  smallTotalBytes: 2 ** 26,
} as const

/** Headers with their padding: far above what NumPy writes. */
const MOST_HEADER = 1024

export const ARRAY_NAME = /^arrays\/[0-9a-f]{64}-(scalar|\d{1,10}(x\d{1,10}){0,7})\.f[48]\.npy$/

/** Named by content: equal arrays are one file. */
export function fileNameOf({ dtype, shape, sha256 }: ArrayRef): string {
  const sizes = shape.length === 0 ? 'scalar' : shape.join('x')
  return `arrays/${sha256}-${sizes}.f${WIDTH[dtype]}.npy`
}

export function bytesOf(ref: ArrayRef): number {
  return sizeOf(ref) * WIDTH[ref.dtype]
}

/** Whether a file of this size can be the one of an array. */
export function fitsArray(ref: ArrayRef, fileBytes: number): boolean {
  return fileBytes > bytesOf(ref) && fileBytes <= bytesOf(ref) + MOST_HEADER
}
