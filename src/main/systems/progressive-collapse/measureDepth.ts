import { discrimination } from '#main/probes/discrimination'
import { lineFit, type LineFit } from '#main/probes/lineFit'
import { ratiosOf } from '#main/probes/ratiosOf'
import { separation } from '#main/probes/separation'
import type { Snapshot } from '#main/core/snapshot'
import type { Training } from '#main/train/training'

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

/** Trains until the data loss is below a value or `atMost` steps are done; the loss is looked at every `every` steps. */
export async function trainUntil(
  training: Training,
  { loss, atMost, every = 1 }: { loss: number; atMost: number; every?: number },
): Promise<number> {
  for (;;) {
    const { data } = await training.snapshot().loss()
    if (data <= loss || !Number.isFinite(data) || training.step >= atMost) return data
    for (let i = 0; i < every && training.step < atMost; i++) training.advance()
  }
}
