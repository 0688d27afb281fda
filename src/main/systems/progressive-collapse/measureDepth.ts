import { discrimination } from '#main/probes/discrimination'
import { lineFit, type LineFit } from '#shared/lineFit'
import { ratiosOf } from '#main/probes/ratiosOf'
import { separation } from '#main/probes/separation'
import type { Snapshot } from '#main/core/snapshot'

/** Separation and discrimination behind l = 0 … L − 1 layers. */
export interface DepthMeasures {
  readonly separation: readonly number[]
  readonly ratios: Float64Array
  /** Of the natural logarithm of the separation over l. */
  readonly logFit: LineFit
  readonly discrimination: readonly number[]
}

export async function measureDepth(snapshot: Snapshot): Promise<DepthMeasures> {
  const { classSizes } = snapshot.split
  const inputs = (await snapshot.layers()).map(({ input }) => input)
  const D = inputs.map((features) => separation(features, classSizes))
  return {
    separation: D,
    ratios: ratiosOf(D),
    logFit: lineFit(D.map(Math.log)),
    discrimination: inputs.map((features) => discrimination(features, classSizes)),
  }
}
