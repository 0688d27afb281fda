import { z } from 'zod'
import { runIdSchema as runId } from '../ids'
import { runSpecSchema } from '../spec'
import { analysisSchemas } from './analysis'
import { checkpointSchemas } from './checkpoints'
import { claimSchemas } from './claims'
import { comparisonSchemas } from './comparisons'
import type { EventName, Method, Requests } from './index'
import { projectSchemas } from './project'
import { sweepResultSchemas } from './sweepResults'
import { sweepRequestSchemas } from './sweeps'
import { matrixRequestSchemas } from './matrices'
import { runsSchemas } from './runs'
import { transferSchemas } from './transfer'
import { uploadRequestSchemas } from './uploads'

const quantity = z.string().min(1).max(100)
const layer = z.int().min(0).max(10_000).nullable()
// A draft is checked field by field by 'spec.preview', which answers with issues instead of refusing.
const draft = z.looseObject({ system: z.string() }) as unknown as z.ZodType<z.input<typeof runSpecSchema>>

/** What every request must look like on arrival. */
export const requestSchemas = {
  ...projectSchemas,
  'app.info': z.null(),
  'systems.list': z.null(),
  'spec.preview': z.strictObject({ spec: draft }),
  'run.start': z.strictObject({ spec: draft }),
  'run.cancel': z.strictObject({ runId }),
  'run.repeat': z.strictObject({ runId }),
  ...checkpointSchemas,
  ...claimSchemas,
  ...analysisSchemas,
  'run.get': z.strictObject({ runId }),
  'run.series': z.strictObject({ runId, quantity, layer }),
  'run.array': z.strictObject({ runId, quantity, layer, step: z.number().min(0) }),
  'run.arrays': z.strictObject({ runId, quantity, layer }),
  ...sweepRequestSchemas,
  ...matrixRequestSchemas,
  ...comparisonSchemas,
  ...runsSchemas,
  ...sweepResultSchemas,
  ...transferSchemas,
  ...uploadRequestSchemas,
} satisfies { [M in Method]: z.ZodType<Requests[M]['input']> }

export const eventNames: readonly EventName[] = [
  'run.changed',
  'run.measured',
  'sweep.changed',
  'queue.changed',
  'analysis.changed',
]

export function isMethod(value: unknown): value is Method {
  return typeof value === 'string' && Object.hasOwn(requestSchemas, value)
}
