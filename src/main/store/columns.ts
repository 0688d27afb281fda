import { z } from 'zod'
import { runStatuses } from '#shared/contract/index'
import { type ErrorCode, type ErrorData } from '#shared/errors'
export { runIdSchema, sweepIdSchema } from '#shared/ids'
import type { ClaimCheck, Prediction, QuantityDefinition } from '#shared/records'

/** A JSON column, parsed by the schema of what it holds. */
export function jsonColumn<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)
}

/** Many rows hold one of a few texts: so many values stay parsed. */
const MOST_PARSED = 1000

/** As jsonColumn, for texts that many rows share: each is parsed once, and the value is the same object every time. */
export function sharedJsonColumn<T extends z.ZodType>(schema: T) {
  const column = jsonColumn(schema)
  const parsed = new Map<string, z.output<typeof column>>()
  return z.string().transform((text, context) => {
    const known = parsed.get(text)
    if (known !== undefined) return known
    const read = column.safeParse(text)
    if (!read.success) {
      for (const { message, path } of read.error.issues) context.addIssue({ code: 'custom', message, path })
      return z.NEVER
    }
    const [oldest] = parsed.keys()
    if (oldest !== undefined && parsed.size >= MOST_PARSED) parsed.delete(oldest)
    parsed.set(text, read.data)
    return read.data
  })
}

/** JSON in which NaN and infinities survive as strings; read numbers back with `storedNumber`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner,
  )
}

export const storedNumber = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)])

export const runStatusSchema = z.enum(runStatuses)

/** A truth value: SQLite has 0 and 1. */
export const flagColumn = z.union([z.literal(0), z.literal(1)]).transform((flag) => flag === 1)

export const dtypeColumn = z.enum(['float64', 'float32'])
export const shapeColumn = jsonColumn(z.array(z.int().min(0)))
/** A SHA-256 in hexadecimal. */
export const digestColumn = z.instanceof(Uint8Array).transform((digest) => Buffer.from(digest).toString('hex'))

export const layerSchema = z.int().min(0).nullable()

const errorCodes = {
  'bad-input': 'bad-input',
  shape: 'shape',
  degenerate: 'degenerate',
  'not-found': 'not-found',
  unavailable: 'unavailable',
  storage: 'storage',
  conflict: 'conflict',
  internal: 'internal',
} satisfies { [Code in ErrorCode]: Code }

// A NaN is a string once it was stored: see toJson.
const scalarDetail = z.union([z.string(), z.number(), z.nan()])

export const errorDataSchema: z.ZodType<ErrorData> = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  details: z.record(z.string(), z.union([scalarDetail, z.boolean(), z.null(), z.array(scalarDetail)])),
})

export const quantitySchema: z.ZodType<QuantityDefinition> = z.object({
  id: z.string(),
  label: z.string(),
  symbol: z.string(),
  unit: z.string(),
  help: z.string(),
  formula: z.string(),
  source: z.string(),
  kind: z.enum(['scalar', 'clock', 'vector', 'matrix', 'spectrum', 'density']),
  scale: z.enum(['linear', 'log']),
  perLayer: z.boolean(),
  codes: z.array(z.string()).exactOptional(),
})

export const claimCheckSchema: z.ZodType<ClaimCheck> = z.object({
  label: z.string(),
  measured: storedNumber,
  predicted: storedNumber.nullable(),
  relation: z.enum(['within', 'atMost', 'atLeast']),
  allowance: storedNumber,
  holds: z.boolean(),
})

export const levelsSchema: z.ZodType<Prediction['levels']> = z.array(
  z.object({ value: storedNumber, copies: z.number(), label: z.string(), role: z.literal('outlier').exactOptional() }),
)
