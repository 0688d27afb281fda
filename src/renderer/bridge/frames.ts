import { z } from 'zod'
import type { EventName, Events, Reply } from '#shared/contract/index'
import { isRunId, isSweepId, type RunId, type SweepId } from '#shared/ids'

const errorData = z.object({
  code: z.enum(['bad-input', 'shape', 'degenerate', 'not-found', 'unavailable', 'storage', 'conflict', 'internal']),
  message: z.string(),
  details: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))]),
  ),
})
const reply = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: errorData }),
])
const runId = z.string().transform((id, context): RunId => {
  if (isRunId(id)) return id
  context.addIssue(`"${id}" is not a run id`)
  return z.NEVER
})
const sweepId = z.string().transform((id, context): SweepId => {
  if (isSweepId(id)) return id
  context.addIssue(`"${id}" is not a sweep id`)
  return z.NEVER
})
const payloads: { readonly [E in EventName]: z.ZodType<Events[E]> } = {
  'run.changed': z.object({ runId }),
  'run.measured': z.object({ runId, step: z.number() }),
  'analysis.changed': z.object({ runId: runId.nullable() }),
  'sweep.changed': z.object({ sweepId }),
  'queue.changed': z.object({ waiting: z.number() }),
}

export function isEventName(name: string): name is EventName {
  return Object.hasOwn(payloads, name)
}

export function parseEvent<E extends EventName>(event: E, payload: unknown): Events[E] {
  return payloads[event].parse(payload)
}

/** Checks the envelope of a reply: a value of whatever kind, or an error as data. */
export function parseReply(given: unknown): Reply<unknown> {
  return reply.parse(given)
}
