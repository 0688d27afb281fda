import { createBackend } from '#main/compute/backends/select'
import { random, type Random } from '#main/compute/rng/random'
import { GRADIENT_DESCENT } from '#main/core/optimiser'
import { totalGradientNorm } from '#main/probes/gradientNorm'
import { predictedFrame } from '#main/probes/predictedFrame'
import { verdictOf, type Verdict, type VerdictKind } from '#main/probes/verdict'
import type { Snapshot } from '#main/core/snapshot'
import type { Replica } from '#main/train/replica'
import { ReplicatedTraining } from '#main/train/replicatedTraining'
import { constantRate } from '#main/train/schedules'
import type { UfmConfig } from '../config'
import type { UfmParameters } from '../dncParameters'
import { initialParameters } from '../initial'
import { ufmData, ufmModel, type UfmVariant } from '../model'

/** Runs from independent initial values. Theory note 02, prevalence sweep recipe. */
export interface Ensemble {
  readonly config: UfmConfig
  readonly variant: UfmVariant
  readonly learningRate: number
  /** σ_0: entries from N(0, σ_0²/d_in). */
  readonly initScale: number
  /** Most steps of a run. */
  readonly steps: number
  /** A run ends once ‖∇L‖ is below this, looked at every 200 steps. */
  readonly tolerance: number
  readonly runs: number
  /** Run r draws from the seed `seed + r`, so that more runs leave the first ones as they are. */
  readonly seed: number
  /** Other initial values than the Gaussian ones. */
  readonly initial?: (random: Random) => UfmParameters
}

export interface EnsembleRun<T = unknown> {
  readonly verdict: Verdict
  readonly loss: number
  readonly gradientNorm: number
  readonly steps: number
  /** What was measured at its last state. */
  readonly measured: T
}

type Measure<T> = (snapshot: Snapshot) => Promise<T>

export const LINEAR_CE: UfmVariant = { loss: 'ce', activation: 'linear' }

const STEPS_BETWEEN_LOOKS = 200

/**
 * Trains every run to its end, all as replicas of one program.
 *
 * @param measure looks at the last state of each run, before its memory goes
 * @returns in the order of their seeds
 */
export function trainEnsemble(ensemble: Ensemble): Promise<EnsembleRun<null>[]>
export function trainEnsemble<T>(ensemble: Ensemble, measure: Measure<T>): Promise<EnsembleRun<T>[]>
export async function trainEnsemble(
  ensemble: Ensemble,
  measure: Measure<unknown> = async () => null,
): Promise<EnsembleRun[]> {
  const { config, variant, runs, seed, steps, tolerance } = ensemble
  const model = ufmModel(config, variant)
  const backend = await createBackend()
  try {
    const training = new ReplicatedTraining({
      model,
      data: ufmData(config),
      backend,
      replicas: Array.from({ length: runs }, (_, r) => replicaOf(ensemble, seed + r)),
      batchSize: null,
      sharedOrder: null,
    })
    try {
      const ended: EnsembleRun[] = []
      const going = new Set(Array.from({ length: runs }, (_, r) => r))
      while (going.size > 0) {
        training.advance(Math.min(STEPS_BETWEEN_LOOKS, steps - training.step))
        for (const r of going) {
          const snapshot = await training.snapshot(r, true)
          const gradientNorm = await totalGradientNorm(snapshot)
          // A gradient that is not finite ends the run as one that is small enough does.
          if (gradientNorm >= tolerance && training.step < steps) continue
          ended[r] = await endOf(snapshot, gradientNorm, measure)
          training.stop(r)
          going.delete(r)
        }
        await training.compact()
      }
      return ended
    } finally {
      training.dispose()
    }
  } finally {
    backend.dispose()
  }
}

function replicaOf({ config, learningRate, initScale, initial }: Ensemble, seed: number): Replica {
  const root = random(seed, 'ensemble')
  return {
    initial: initial ? initial(root) : initialParameters(config, initScale, root),
    learningRate: constantRate(learningRate),
    optimiser: GRADIENT_DESCENT,
    random: root,
    seed,
  }
}

async function endOf(snapshot: Snapshot, gradientNorm: number, measure: Measure<unknown>): Promise<EnsembleRun> {
  const { data, regularisation } = await snapshot.loss()
  const { model, step } = snapshot
  const { classSizes } = snapshot.split
  const logits = await snapshot.logits()
  const verdict = verdictOf({ logits, classSizes, frame: predictedFrame(model), gradientNorm })
  return { verdict, loss: data + regularisation, gradientNorm, steps: step, measured: await measure(snapshot) }
}

/** How many runs ended so. */
export function countOf(runs: readonly EnsembleRun[], ...kinds: readonly VerdictKind[]): number {
  return runs.filter(({ verdict }) => kinds.includes(verdict.kind)).length
}
