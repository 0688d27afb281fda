import type { ParamSchema, ParamsOf } from '#shared/params'
import type { System } from '../core/system'
import { mayShareProgram, WIDEST_SHARED, widestLayer } from '../train/mayShareProgram'

/** How many runs train as one program in one worker, and why. */
export interface Grouping {
  readonly together: number
  readonly reason: string
}

export interface GroupingRun {
  readonly system: System
  readonly params: ParamsOf<ParamSchema>
  readonly workload: { readonly flopsPerStep: number }
}

export interface GroupingSituation {
  /** Runs of the same shape that wait, this one included. */
  readonly waiting: number
  /** Workers at a time. */
  readonly slots: number
  /** What one run takes by itself. */
  readonly secondsEach: number
}

/** Below, a step is mostly calls, which replicas share; above, it is mostly arithmetic, which they do not. */
const FLOPS_OF_A_STEP = 400_000
/** Enough that starting a worker (about 0.2 s) is little beside training; few enough that progress is reported often. */
export const MOST_TOGETHER = 256
/** A batch is over after about so long, so that the order of the queue, its holds and its pauses take effect soon. */
const BATCH_SECONDS = 120

/**
 * Whether runs of a shape train together, and how many. Wide models train alone; narrow ones in batches that keep every
 * worker busy: no batch takes more than its share of what waits.
 */
export function groupingOf({ system, params, workload }: GroupingRun, situation: GroupingSituation): Grouping {
  const { waiting, slots, secondsEach } = situation
  const model = system.model(params)
  const widest = widestLayer(model)
  if (!mayShareProgram(model)) {
    return alone(`its layers are ${widest} wide, and from ${WIDEST_SHARED} on sharing a program saves nothing`)
  }
  if (workload.flopsPerStep >= FLOPS_OF_A_STEP) {
    const flops = Math.round(workload.flopsPerStep / 1000)
    return alone(`a step takes ${flops} thousand operations, so that sharing a program saves nothing`)
  }
  const share = Math.ceil(waiting / slots)
  const soon = Math.max(1, Math.floor(BATCH_SECONDS / Math.max(secondsEach, 1e-9)))
  const together = Math.min(share, soon, MOST_TOGETHER)
  if (waiting < 2) return alone('no other run of its shape waits')
  if (share < 2) return alone('there is a worker for each')
  if (soon < 2) return alone(`one takes more than ${BATCH_SECONDS / 2} s, and a batch would hold the queue up`)
  return {
    together,
    reason: `Runs of one shape train ${together} at a time as one program: steps of layers ${widest} wide are mostly calls, which they share.`,
  }
}

function alone(why: string): Grouping {
  return { together: 1, reason: `Each run trains alone: ${why}.` }
}
