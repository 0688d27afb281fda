import { z } from 'zod'
import type { MatrixInfo } from '../importedMatrix'

/** A part of a file: with its frame it stays below what a host accepts at once. */
export const UPLOAD_PART_BYTES = 512 * 1024

/** Files come from the page as bytes in parts, never as paths; matrices are made of them. */
export interface MatrixRequests {
  'matrices.list': { input: null; output: readonly MatrixInfo[] }
  /** Announces a file; its parts follow in order. */
  'upload.begin': { input: { name: string; bytes: number }; output: { upload: string } }
  'upload.append': { input: { upload: string; part: Uint8Array }; output: { received: number } }
  /** Reads the uploaded files, which are forgotten, and keeps the matrix in the project. */
  'matrices.import': { input: { name: string; file: string; mask: string | null }; output: MatrixInfo }
}

export const uploadSchema = z.string().regex(/^u-[0-9a-f]{16}$/, 'expected the id of an upload')

export const matrixRequestSchemas = {
  'matrices.list': z.null(),
  'upload.begin': z.strictObject({ name: z.string().min(1).max(255), bytes: z.int().min(1) }),
  'upload.append': z.strictObject({
    upload: uploadSchema,
    part: z.instanceof(Uint8Array).refine(({ length }) => length <= UPLOAD_PART_BYTES, {
      message: `a part has at most ${UPLOAD_PART_BYTES} bytes`,
    }),
  }),
  'matrices.import': z.strictObject({ name: z.string().max(200), file: uploadSchema, mask: uploadSchema.nullable() }),
} satisfies { [M in keyof MatrixRequests]: z.ZodType<MatrixRequests[M]['input']> }
