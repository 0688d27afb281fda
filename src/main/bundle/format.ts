import { z } from 'zod'
import { runIdSchema, type RunId } from '#shared/ids'
import { WIDTH } from '../store/floatBlob'
import { bytesOf, type ArrayRef } from '../store/runContent'

/** See docs/bundle-format.md. */
export const FORMAT = 'collapsar-runs'
export const FORMAT_VERSION = 1
export const MANIFEST = 'manifest.json'

/** Which runs the archive holds, each in a document of its own. */
export const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  /** The version of Collapsar that wrote it; nothing depends on it. */
  writtenBy: z.string().max(100),
  runs: z.array(runIdSchema).min(1).max(65_000),
})

/** All of them are checked before anything is allocated. */
export const LIMITS = {
  fileBytes: 2 ** 32 - 1, // larger archives need zip64
  entries: 65_000, // likewise
  /** Of the manifest and of each run's document. */
  jsonBytes: 2 ** 25,
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

const DOCUMENT_NAME = /^runs\/r-[0-9a-z]{10}\.json$/
const ARRAY_NAME = /^arrays\/[0-9a-f]{64}-(scalar|\d{1,10}(x\d{1,10}){0,7})\.f[48]\.npy$/

export function documentNameOf(runId: RunId): string {
  return `runs/${runId}.json`
}

/** What a file of this name holds; null for one that no bundle has. */
export function kindOf(name: string): 'json' | 'array' | null {
  if (name === MANIFEST || DOCUMENT_NAME.test(name)) return 'json'
  return ARRAY_NAME.test(name) ? 'array' : null
}

/** Named by content: equal arrays are one file. */
export function fileNameOf({ dtype, shape, sha256 }: ArrayRef): string {
  const sizes = shape.length === 0 ? 'scalar' : shape.join('x')
  return `arrays/${sha256}-${sizes}.f${WIDTH[dtype]}.npy`
}

/** Whether a file of this size can be the one of an array. */
export function fitsArray(ref: ArrayRef, fileBytes: number): boolean {
  return fileBytes > bytesOf(ref) && fileBytes <= bytesOf(ref) + MOST_HEADER
}
