import { z } from 'zod'
import { LabError } from './errors'

/** When probes measure. */
export const scheduleSchema = z.strictObject({
  /** 'log': step 0, `perDecade` steps in each decade, the extra steps, and the last; 'end': the extra steps and the last. */
  kind: z.enum(['log', 'end']).default('log'),
  perDecade: z.int().min(1).max(200).default(12),
  extraSteps: z.array(z.int().min(0)).max(1000).default([]),
})
export type Schedule = z.infer<typeof scheduleSchema>

/** A value of a system's parameter before its definition has checked it. */
export const paramValueSchema = z.union([z.number(), z.string(), z.array(z.number()).readonly()])

/** Everything needed to make a run again, bit for bit, with the same version on the same backend. */
export const runSpecSchema = z.strictObject({
  system: z.string().min(1),
  /** Values of the system's own parameters; missing ones take their defaults. */
  params: z.record(z.string(), paramValueSchema).default({}),
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

/** Measured steps of a run of `steps` steps, ascending; the last is `steps`. */
export function scheduledSteps(schedule: Schedule, steps: number): number[] {
  const chosen = new Set<number>([steps])
  for (const step of schedule.extraSteps) if (step <= steps) chosen.add(step)
  if (schedule.kind === 'log') for (const step of logarithmicSteps(schedule.perDecade, steps)) chosen.add(step)
  return [...chosen].sort((a, b) => a - b)
}

function logarithmicSteps(perDecade: number, steps: number): number[] {
  const chosen = [0]
  for (let i = 0; ; i++) {
    const step = Math.round(10 ** (i / perDecade))
    if (step >= steps) return chosen
    chosen.push(step)
  }
}
