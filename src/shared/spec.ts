import { z } from 'zod'
import { LabError } from './errors'

/** When probes measure: step 0, `perDecade` steps in each decade, the extra steps, and the last. */
export const scheduleSchema = z.strictObject({
  perDecade: z.int().min(1).max(200).default(12),
  extraSteps: z.array(z.int().min(0)).max(1000).default([]),
})
export type Schedule = z.infer<typeof scheduleSchema>

/** Everything needed to make a run again, bit for bit, with the same version on the same backend. */
export const runSpecSchema = z.strictObject({
  system: z.string().min(1),
  /** Values of the system's own parameters; missing ones take their defaults. */
  params: z.record(z.string(), z.union([z.number(), z.string(), z.array(z.number()).readonly()])).default({}),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0),
  /** Probe ids; null: the system's own list. */
  probes: z.array(z.string()).nullable().default(null),
  schedule: scheduleSchema.prefault({}),
  backend: z
    .strictObject({
      id: z.enum(['cpu', 'gpu']).default('cpu'),
      dtype: z.enum(['float64', 'float32']).default('float64'),
      blas: z.enum(['auto', 'embedded']).default('auto'),
      /** 'auto': where it is exact, steps on fewer columns than samples; equal to steps on all of them up to rounding. */
      sampleCompression: z.enum(['auto', 'off']).default('auto'),
    })
    .prefault({}),
  name: z.string().max(200).default(''),
})
export type RunSpec = z.infer<typeof runSpecSchema>
export type RunSpecInput = z.input<typeof runSpecSchema>

/** @throws LabError 'bad-input' naming each field, what was given and what was expected */
export function parseRunSpec(input: unknown): RunSpec {
  return parseWith(runSpecSchema, input, 'spec')
}

/** Parses at a border: zod's issues become one LabError that names every field. */
export function parseWith<T extends z.ZodType>(schema: T, input: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map((issue) => {
    const path = issue.path.length > 0 ? `${what}.${issue.path.join('.')}` : what
    if (issue.code === 'unrecognized_keys')
      return `${path}: unknown field ${issue.keys.map((k) => `"${k}"`).join(', ')}.`
    return `${path}: ${issue.message}.`
  })
  throw new LabError('bad-input', lines.join('\n'))
}

/** Measured steps of a run of `steps` steps, ascending, first 0 and last `steps`. */
export function scheduledSteps(schedule: Schedule, steps: number): number[] {
  const chosen = new Set<number>([0, steps])
  for (const step of schedule.extraSteps) if (step <= steps) chosen.add(step)
  for (let i = 0; ; i++) {
    const step = Math.round(10 ** (i / schedule.perDecade))
    if (step >= steps) break
    chosen.add(step)
  }
  return [...chosen].sort((a, b) => a - b)
}
