import { z } from 'zod'
import { MATRIX_LIMITS } from '../importedMatrix'

/** A part of a file: with its frame it stays below what a host accepts at once. */
export const UPLOAD_PART_BYTES = 512 * 1024

/**
 * What a file is for, and how large it may be then: a matrix to train on is read into memory, one to analyse as far as its
 * parser goes (8192 × 8192), runs are not.
 */
export const UPLOAD_LIMITS = {
  matrix: MATRIX_LIMITS.fileBytes,
  operator: 8192 * 8192 * 8 + 4096,
  runs: 16 * 2 ** 30,
} as const
export type UploadPurpose = keyof typeof UPLOAD_LIMITS

/** Files come from the page as bytes in parts, never as paths. */
export interface UploadRequests {
  /** Announces a file; its parts follow in order. */
  'upload.begin': { input: { name: string; bytes: number; purpose: UploadPurpose }; output: { upload: string } }
  'upload.append': { input: { upload: string; part: Uint8Array }; output: { received: number } }
  /** Forgets a file that is not wanted any more. */
  'upload.drop': { input: { upload: string }; output: null }
}

export const uploadSchema = z.string().regex(/^u-[0-9a-f]{16}$/, 'expected the id of an upload')

export const uploadRequestSchemas = {
  'upload.begin': z.strictObject({
    name: z.string().min(1).max(255),
    bytes: z.int().min(1),
    purpose: z.enum(['matrix', 'operator', 'runs']),
  }),
  'upload.append': z.strictObject({
    upload: uploadSchema,
    part: z.instanceof(Uint8Array).refine(({ length }) => length <= UPLOAD_PART_BYTES, {
      message: `a part has at most ${UPLOAD_PART_BYTES} bytes`,
    }),
  }),
  'upload.drop': z.strictObject({ upload: uploadSchema }),
} satisfies { [M in keyof UploadRequests]: z.ZodType<UploadRequests[M]['input']> }
