import { z } from 'zod'
import type { LoadedMatrix } from './matrixParams'

const floats = z.instanceof(Float64Array)
/** An imported matrix on its way to a worker. */
export const loadedMatrixSchema: z.ZodType<LoadedMatrix> = z.object({
  reference: z.string(),
  matrix: z
    .object({ rows: z.int().min(1), cols: z.int().min(1), values: floats, observed: floats })
    .refine(({ rows, cols, values, observed }) => values.length === rows * cols && observed.length === rows * cols, {
      message: 'the shape does not fit the data',
    }),
})
