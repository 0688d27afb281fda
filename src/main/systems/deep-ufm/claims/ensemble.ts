import { createBackend } from '#main/compute/backends/select'
import type { Backend } from '#main/compute/backends/backend'
import { random, type Random } from '#main/compute/rng/random'
import { GRADIENT_DESCENT } from '#main/core/optimiser'
import { totalGradientNorm } from '#main/probes/gradientNorm'
import { predictedFrame } from '#main/probes/predictedFrame'
import { verdictOf, type Verdict, type VerdictKind } from '#main/probes/verdict'
import type { Snapshot } from '#main/core/snapshot'
import { constantRate } from '#main/train/schedules'
import { Training } from '#main/train/training'
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

export interface EnsembleRun {
  readonly verdict: Verdict
  readonly loss: number
  readonly gradientNorm: number
  readonly steps: number
}

export const LINEAR_CE: UfmVariant = { loss: 'ce', activation: 'linear' }

const STEPS_BETWEEN_LOOKS = 200

/**
 * Trains every run to its end, one after another.
 *
 * @param use is given the last state of each run, before its memory goes
 */
export async function trainEnsemble(
  ensemble: Ensemble,
  use: (snapshot: Snapshot, run: number) => Promise<void> = async () => {},
): Promise<EnsembleRun[]> {
  const backend = await createBackend()
  try {
    const runs: EnsembleRun[] = []
    for (let r = 0; r < ensemble.runs; r++) {
      runs.push(await trainRun(ensemble, backend, ensemble.seed + r, (snapshot) => use(snapshot, r)))
    }
    return runs
  } finally {
    backend.dispose()
  }
}

async function trainRun(
  { config, variant, learningRate, initScale, steps, tolerance, initial }: Ensemble,
  backend: Backend,
  seed: number,
  use: (snapshot: Snapshot) => Promise<void>,
): Promise<EnsembleRun> {
  const root = random(seed, 'ensemble')
  const model = ufmModel(config, variant)
  const training = new Training({
    model,
    data: ufmData(config),
    initial: initial ? initial(root) : initialParameters(config, initScale, root),
    recipe: { steps, learningRate: constantRate(learningRate), optimiser: GRADIENT_DESCENT, batchSize: null },
    backend,
    random: root,
    seed,
  })
  try {
    let gradientNorm = Infinity
    while (training.step < steps && gradientNorm >= tolerance) {
      const target = Math.min(steps, training.step + STEPS_BETWEEN_LOOKS)
      while (training.step < target) training.advance()
      gradientNorm = await totalGradientNorm(training.snapshot())
    }
    const snapshot = training.snapshot(true)
    const { data, regularisation } = await snapshot.loss()
    const { classSizes } = snapshot.split
    const logits = await snapshot.logits()
    const verdict = verdictOf({ logits, classSizes, frame: predictedFrame(model), gradientNorm })
    await use(snapshot)
    return { verdict, loss: data + regularisation, gradientNorm, steps: training.step }
  } finally {
    training.dispose()
  }
}

/** How many runs ended so. */
export function countOf(runs: readonly EnsembleRun[], ...kinds: readonly VerdictKind[]): number {
  return runs.filter(({ verdict }) => kinds.includes(verdict.kind)).length
}
