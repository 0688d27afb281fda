import { z } from 'zod'
import type { Checkpoint, FloatArray } from '../core/checkpoint'

export const shapeSchema = z.array(z.int().min(0)).max(8)
export const floatArraySchema: z.ZodType<FloatArray> = z.union([z.instanceof(Float64Array), z.instanceof(Float32Array)])
export const NO_FIT = { message: 'the shape does not fit the data' }

export function fillsItsShape(array: { shape: readonly number[]; data: FloatArray }): boolean {
  return array.shape.reduce((product, size) => product * size, 1) === array.data.length
}

export const checkpointSchema: z.ZodType<Checkpoint> = z.object({
  step: z.int().min(0),
  arrays: z.array(
    z
      .object({ name: z.string().min(1).max(200), shape: shapeSchema, data: floatArraySchema })
      .refine(fillsItsShape, NO_FIT),
  ),
})
