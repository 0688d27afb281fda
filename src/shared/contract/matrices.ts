import { z } from 'zod'
import type { MatrixInfo } from '../importedMatrix'
import { uploadSchema } from './uploads'

export interface MatrixRequests {
  'matrices.list': { input: null; output: readonly MatrixInfo[] }
  /** Reads the uploaded files, which are forgotten, and keeps the matrix in the project. */
  'matrices.import': { input: { name: string; file: string; mask: string | null }; output: MatrixInfo }
}

export const matrixRequestSchemas = {
  'matrices.list': z.null(),
  'matrices.import': z.strictObject({ name: z.string().max(200), file: uploadSchema, mask: uploadSchema.nullable() }),
} satisfies { [M in keyof MatrixRequests]: z.ZodType<MatrixRequests[M]['input']> }
