import type { ParamValues } from '#shared/params'
import type { MeasuredRecord } from '#shared/records'
import type { Provenance, RunOutcome } from '#shared/outcome'
import { parseRunSpec, type RunSpecInput } from '#shared/spec'
import type { Evidence, Preset } from '#main/core/system'
import { executeRun } from '#main/jobs/executeRun'
import type { RunCosts } from '#main/jobs/protocol'
import { folderResources } from '#main/jobs/folderResources'
import { clockQuantities } from '#main/jobs/runClock'

export interface Executed {
  readonly records: MeasuredRecord[]
  readonly log: string[]
  readonly outcome: RunOutcome
  readonly provenance: Provenance | null
  /** Null where the run was not completed. */
  readonly costs: RunCosts | null
  /** Stored states: their steps, and whether they are kept for good. */
  readonly states: { readonly step: number; readonly kept: boolean }[]
}

const clocks = new Set(clockQuantities.map(({ id }) => id))

/**
 * Runs a spec in this process and keeps everything it emits.
 *
 * @param cancelAfterRecords of its probes: what every run records beside them does not count
 */
export async function execute(input: RunSpecInput, cancelAfterRecords = Infinity): Promise<Executed> {
  const records: MeasuredRecord[] = []
  const log: string[] = []
  let measured = 0
  let provenance: Provenance | null = null
  let costs: RunCosts | null = null
  const states: Executed['states'] = []
  const abort = new AbortController()
  const outcome = await executeRun(parseRunSpec(input), {
    resources: folderResources('resources/data'),
    sink: {
      record(record) {
        records.push(record)
        if (!clocks.has(record.quantity) && ++measured >= cancelAfterRecords) abort.abort()
      },
      log: ({ message }) => log.push(message),
    },
    signal: abort.signal,
    onStart: (given) => (provenance = given),
    onProgress: () => {},
    onCosts: (given) => (costs = given),
    onCheckpoint: ({ checkpoint: { step } }, kept) => states.push({ step, kept }),
  })
  return { records, log, outcome, provenance, costs, states }
}

/** A preset of a system, at the steps its claims look at. */
export function executePreset(system: string, { params, extraSteps = [] }: Preset, seed: number): Promise<Executed> {
  return execute({ system, params, seed, schedule: { extraSteps: [...extraSteps] } })
}

/** Records as a claim sees them. */
export function evidenceFrom(params: ParamValues, records: readonly MeasuredRecord[]): Evidence {
  return {
    params,
    at: (quantity, layer, step) =>
      records.findLast(
        (record) => record.quantity === quantity && record.layer === layer && (step === 'last' || record.step === step),
      ) ?? null,
  }
}
