import type { Training } from '#main/train/training'
import { trainUntil } from '../../linear-network/trainUntil'
import { withTraining, type Start } from '../../linear-network/withTraining'
import { measureDepth, type DepthMeasures } from '../measureDepth'
import { collapseStart } from '../network'
import type { CollapseParams } from '../params'

/** Where the public code of the source stops. Theory note 05, S-B, "Config". */
export const CONVERGED = 1e-11
/** Enough for every configuration of the claims; one that needs more fails its claim. */
const MOST_STEPS = 60_000

/** Trains a configuration and looks at the end. */
export function whenTrained<T>(
  params: CollapseParams,
  seed: number,
  look: (measures: DepthMeasures, training: Training, start: Start) => Promise<T> | T,
  atMost = MOST_STEPS,
): Promise<T> {
  const start = collapseStart(params, seed)
  return withTraining(start, params, async (training) => {
    await trainUntil(training, { loss: CONVERGED, atMost, every: 100 })
    return look(await measureDepth(training.snapshot()), training, start)
  })
}
