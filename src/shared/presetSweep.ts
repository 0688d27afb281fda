import { parseSweepSpec, type SweepAxis, type SweepSpec } from './sweep'
import type { ParamValues } from './params'

/** What the sweep of a preset varies and measures. */
export interface PresetSweep {
  readonly axes: readonly SweepAxis[]
  /** Of the system's own: what the answer needs and no more. */
  readonly probes: readonly string[]
}

/** The sweep of a preset: measured at the end of each run. */
export function sweepOfPreset(
  system: string,
  { id, params, sweep }: { readonly id: string; readonly params: ParamValues; readonly sweep: PresetSweep },
): SweepSpec {
  return parseSweepSpec({
    name: id,
    base: { system, params, probes: sweep.probes, schedule: { kind: 'end' } },
    axes: sweep.axes,
  })
}
