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

/** Which states of a run are stored; the last one always is. */
export const checkpointsSchema = z.strictObject({
  /** Steps whose states are kept for later analysis; they are measured too. */
  steps: z.array(z.int().min(0)).max(1000).default([]),
  /** Seconds between states to go on from after an interruption; each replaces the one before. */
  resumeSeconds: z.number().min(0.1).max(86_400).default(30),
})
export type CheckpointPlan = z.infer<typeof checkpointsSchema>

/** What a person calls a run; empty for a run that is called by its id. */
export const runNameSchema = z.string().max(200)

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
  checkpoints: checkpointsSchema.prefault({}),
  backend: z
    .strictObject({
      id: z.enum(['cpu', 'gpu']).default('cpu'),
      dtype: z.enum(['float64', 'float32']).default('float64'),
      blas: z.enum(['auto', 'embedded']).default('auto'),
      /** 'auto': where it is exact, steps on fewer columns than samples; equal to steps on all of them up to rounding. */
      sampleCompression: z.enum(['auto', 'off']).default('auto'),
    })
    .prefault({}),
  name: runNameSchema.default(''),
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

/** As scheduledSteps, with the steps whose states are kept. */
export function measuredSteps({ schedule, checkpoints }: Pick<RunSpec, 'schedule' | 'checkpoints'>, steps: number) {
  return scheduledSteps({ ...schedule, extraSteps: [...schedule.extraSteps, ...checkpoints.steps] }, steps)
}

/** Steps of a run of `steps` steps whose states are kept; the last is among them. */
export function keptSteps({ steps: chosen }: CheckpointPlan, steps: number): ReadonlySet<number> {
  return new Set([...chosen.filter((step) => step < steps), steps])
}
