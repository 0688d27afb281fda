import { z } from 'zod'
import type { MeasuredRecord, Prediction, QuantityDefinition, SpectrumMeta } from '#shared/records'
import { formatNumber } from './format'

const spectrumMetaSchema: z.ZodType<SpectrumMeta> = z.object({
  matrix: z.string(),
  dimension: z.number(),
  includesRegularisation: z.boolean(),
  method: z.enum(['dense', 'kronecker', 'gram', 'lanczos']),
  complete: z.boolean(),
  dtype: z.enum(['float64', 'float32']),
  theoryCount: z.number().nullable(),
  products: z.number().nullable(),
  maxResidual: z.number().nullable(),
})

/** How a spectrum was computed; null for a record that is no spectrum. */
export function spectrumMetaOf(record: MeasuredRecord): SpectrumMeta | null {
  const parsed = spectrumMetaSchema.safeParse(record.meta)
  return parsed.success ? parsed.data : null
}

/**
 * How many leading components are outliers: what a spectrum says itself; of another vector as many as theory predicts
 * non-zero values. Null where neither names a count, and for matrices, whose entries have no order.
 */
export function outlierCountOf(
  record: MeasuredRecord,
  kind: QuantityDefinition['kind'],
  prediction: Prediction | null,
): number | null {
  const meta = spectrumMetaOf(record)
  if (meta) return meta.theoryCount
  if (kind === 'matrix' || !prediction) return null
  return prediction.levels.reduce((total, { value, copies }) => total + (value === 0 ? 0 : copies), 0)
}

/** What a reader must know of a spectrum: matrix, method, completeness, precision, residual. */
export function spectrumNotes(record: MeasuredRecord): string[] {
  const meta = spectrumMetaOf(record)
  if (!meta) return []
  const listed = meta.complete
    ? `${meta.dimension} eigenvalues`
    : `largest ${record.data.length} of ${meta.dimension} eigenvalues`
  const residual = meta.maxResidual === null ? [] : [`residual ≤ ${formatNumber(meta.maxResidual, 1)}`]
  return [meta.matrix, listed, `${meta.method}, ${meta.dtype}`, ...residual]
}
