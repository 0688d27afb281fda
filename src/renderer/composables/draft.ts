import { z } from 'zod'
import { analysisSpecSchema } from '#shared/analysis'
import type { SystemInfo } from '#shared/contract/index'
import { paramText } from '#shared/params'
import { fieldDefinition } from '#shared/sweepFields'

/** How the runs of a draft are chosen, while it is being typed. */
export const draftStrategySchema = z.object({
  kind: z.enum(['grid', 'random', 'halving']),
  /** Empty for halving: the grid. */
  draws: z.string(),
  metric: z.string(),
  direction: z.enum(['min', 'max']),
  factor: z.string(),
  firstSteps: z.string(),
})
export type DraftStrategy = Readonly<z.infer<typeof draftStrategySchema>>

/** An analysis after training. */
export const draftAnalysisSchema = z.object({
  spec: analysisSpecSchema,
  /** Empty: the last step. */
  steps: z.string(),
  /** Empty: as many eigenvalues as theory asks for. */
  count: z.string(),
})
export type DraftAnalysis = Readonly<z.infer<typeof draftAnalysisSchema>>

/** A sweep while it is being typed: every field is still text, so that nothing typed is lost or changed. */
export const draftSchema = z.object({
  system: z.string(),
  /** By path in the run spec ('params.width', 'seed', 'schedule.extraSteps'); an absent field has its default. */
  fields: z.record(z.string(), z.string()),
  scheduleKind: z.enum(['log', 'linear', 'end']),
  /** As typed, by probe id; an absent or empty one goes by the schedule of the run. */
  probeSchedules: z.record(z.string(), z.string()).default({}),
  analyses: z.array(draftAnalysisSchema).default([]),
  /** Null: the system's own list. */
  probes: z.array(z.string()).nullable(),
  /** Paths that move together. */
  zips: z.array(z.array(z.string())),
  /** One condition in each line. */
  constraints: z.string(),
  strategy: draftStrategySchema,
  drawSeed: z.string(),
})
export type Draft = Readonly<z.infer<typeof draftSchema>>

export const emptyDraft: Draft = {
  system: '',
  fields: {},
  scheduleKind: 'log',
  probeSchedules: {},
  analyses: [],
  probes: null,
  zips: [],
  constraints: '',
  strategy: { kind: 'grid', draws: '32', metric: 'loss', direction: 'min', factor: '3', firstSteps: '100' },
  drawSeed: '0',
}

/** What stands in a field: as typed, else its default. */
export function textAt(draft: Draft, path: string, system: SystemInfo): string {
  const definition = fieldDefinition(path, system.params)
  return draft.fields[path] ?? (definition ? paramText(definition.default) : '')
}
