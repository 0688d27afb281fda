import type { ClaimCheck } from '#shared/records'
import { singularValues } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import { GRADIENT_DESCENT } from '#main/core/optimiser'
import { subscript } from '#main/core/subscript'
import type { ExactClaim } from '#main/core/system'
import type { Snapshot } from '#main/core/snapshot'
import { totalGradient } from '#main/probes/totalGradient'
import { denseSpectrum } from '#main/spectra/index'
import { constantRate } from '#main/train/schedules'
import { random } from '#main/compute/rng/random'
import { atLeast, atMost, relativeDifference, within } from '../../claimChecks'
import { balancedParameters } from '../balancedParameters'
import { factorShapes, uniformConfig, type UfmConfig } from '../config'
import { criticalDecay, existenceDecay } from '../gain'
import { initialParameters } from '../initial'
import { repeatColumns } from '../repeatColumns'
import { collapsedSolution, rankLoss } from '../theory'
import { sameProportion } from './proportion'
import { trainEnsemble, type EnsembleRun } from './ensemble'
import { LINEAR_MSE, withSnapshot, withTraining } from './withTraining'

const SOURCE = 'Garrod & Keating 2024, arXiv:2404.06106; theory note 01, section 6'

/** Configuration S with another weight decay. */
function smallConfig(lambda: number): UfmConfig {
  return uniformConfig({ K: 3, n: 5, depth: 3, width: 10, lambda })
}

function endings(lambda: number, initScale: number, runs: number): Promise<EnsembleRun[]> {
  return trainEnsemble({
    config: smallConfig(lambda),
    variant: LINEAR_MSE,
    learningRate: 0.2,
    initScale,
    // Late modes shrink with the rate λ: to e^{−24} in any case.
    steps: Math.ceil(24 / (0.2 * lambda)),
    tolerance: 1e-8,
    runs,
    seed: 0,
  })
}

/** Each final loss is L_r of some rank, within the note's tolerance. */
function lossesByRank(label: string, lambda: number, runs: readonly EnsembleRun[]): ClaimCheck[] {
  const config = smallConfig(lambda)
  const solution = collapsedSolution(config)
  if (!solution) return [atLeast(`${label}: a collapsed solution exists`, 0, 1)]
  return runs.map(({ loss, verdict }, r) => {
    const rank = verdict.kind === 'zero' ? 0 : (verdict.rank ?? NaN)
    return within(`${label}, run ${r}, rank ${rank}: loss`, loss, rankLoss(config, solution, rank), 1e-5)
  })
}

const thresholds: ExactClaim = {
  kind: 'exact',
  id: '01.C8',
  title: 'Runs end at zero above λ_ex, at metastable ranks between λ_cr and λ_ex',
  source: `${SOURCE}, C8`,
  async check() {
    const size = { K: 3, n: 5, L: 3 }
    const checks = [
      within('λ_cr', criticalDecay(size), 0.060669, 5e-7),
      within('λ_ex', existenceDecay(size), 0.085799, 5e-7),
    ]
    for (const scale of [1, 1.5]) {
      for (const [r, { loss, verdict }] of (await endings(0.09, scale, 4)).entries()) {
        checks.push(within(`λ = 0.09, s = ${scale}, run ${r}: loss`, loss, 0.5, 1e-9))
        checks.push(within(`λ = 0.09, s = ${scale}, run ${r}: is zero`, verdict.kind === 'zero' ? 1 : 0, 1, 0))
      }
    }
    const metastable = await endings(0.07, 1.5, 16)
    const collapsed = metastable.filter(({ loss }) => Math.abs(loss - 0.566461) < 1e-5).length
    const label = 'λ = 0.07, s = 1.5: at rank 3 with loss 0.566461 > ½'
    checks.push(sameProportion(label, { count: collapsed, runs: 16 }, { count: 3, runs: 4 }))
    checks.push(atLeast(label, collapsed, 1))
    const ranks = new Set<number>()
    for (const lambda of [0.05, 0.058, 0.07]) {
      const runs = await endings(lambda, 1, 8)
      for (const { verdict } of runs) if (verdict.kind !== 'zero' && verdict.rank !== null) ranks.add(verdict.rank)
      checks.push(...lossesByRank(`λ = ${lambda}, s = 1`, lambda, runs))
    }
    return [...checks, within('ranks that occur of 1, 2, 3', [1, 2, 3].filter((rank) => ranks.has(rank)).length, 3, 0)]
  },
}

const smallStarts: ExactClaim = {
  kind: 'exact',
  id: '01.C9',
  title: 'Small starts end at zero although collapse is the global minimum',
  source: `${SOURCE}, C9`,
  async check() {
    const checks: ClaimCheck[] = [atLeast('λ_cr − λ', criticalDecay({ K: 3, n: 5, L: 3 }) - 0.02, 0)]
    for (const scale of [0.1, 0.3]) {
      const runs = await endings(0.02, scale, 8)
      const zeros = runs.filter(({ verdict }) => verdict.kind === 'zero').length
      checks.push(within(`s = ${scale}: runs that end at zero`, zeros, 8, 0))
    }
    return checks
  },
}

const partialRanks: ExactClaim = {
  kind: 'exact',
  id: '01.C10',
  title: 'Points of rank r < K are critical, with a positive semidefinite Hessian',
  source: `${SOURCE}, C10`,
  async check() {
    const config = smallConfig(0.01)
    const solution = collapsedSolution(config)
    if (!solution) return [atLeast('a collapsed solution exists', 0, 1)]
    const checks: ClaimCheck[] = []
    for (const rank of [1, 2]) {
      // Outputs x e_c for the first r classes, 0 for the others.
      const gain = matrix(3, 3)
      for (let c = 0; c < rank; c++) gain.data[c * 4] = solution.gain.x
      const parameters = balancedParameters(config, repeatColumns(gain, config.n))
      await withSnapshot({ config, variant: LINEAR_MSE, parameters }, async (snapshot) => {
        const { data, regularisation } = await snapshot.loss()
        const { values } = await denseSpectrum(snapshot.hessian('total'))
        checks.push(
          atMost(`rank ${rank}: largest entry of ∇L`, await largestEntry(snapshot), 1e-15),
          atLeast(`rank ${rank}: smallest Hessian eigenvalue`, values.at(-1) ?? NaN, -1e-14),
          within(`rank ${rank}: loss`, data + regularisation, rankLoss(config, solution, rank), 1e-12),
        )
      })
    }
    return checks
  },
}

const inactiveDecay: ExactClaim = {
  kind: 'exact',
  id: '01.C13',
  title: 'Late in training inactive singular values shrink by 1 − ηλ per step',
  source: `${SOURCE}, C13`,
  async check() {
    const [lambda, rate, from, to] = [0.005, 0.2, 4000, 6000]
    const config = smallConfig(lambda)
    const checks: ClaimCheck[] = []
    for (const seed of [0, 1, 2, 3]) {
      const parameters = initialParameters(config, 1, random(seed, 'ensemble'))
      await withTraining(
        { config, variant: LINEAR_MSE, parameters },
        { learningRate: constantRate(rate), optimiser: GRADIENT_DESCENT },
        async (training) => {
          while (training.step < from) training.advance()
          const before = await inactiveValues(training.snapshot(), config)
          while (training.step < to) training.advance()
          const after = await inactiveValues(training.snapshot(), config)
          const factor = (1 - rate * lambda) ** (to - from)
          before.forEach((sigma, i) => {
            const measured = [after[i]! / sigma]
            checks.push(
              atMost(
                `seed ${seed}, W${subscript(i + 1)}: error of the factor`,
                relativeDifference(measured, [factor]),
                1e-5,
              ),
            )
          })
        },
      )
    }
    return checks
  },
}

export const endingClaims = [thresholds, smallStarts, partialRanks, inactiveDecay]

async function largestEntry(snapshot: Snapshot): Promise<number> {
  const blocks = Object.values(await totalGradient(snapshot))
  return blocks.reduce((most, block) => block.reduce((largest, g) => Math.max(largest, Math.abs(g)), most), 0)
}

/** σ_{K+1} of W_1 … W_L, where there is one. */
async function inactiveValues(snapshot: Snapshot, config: UfmConfig): Promise<number[]> {
  const values = await snapshot.parameters()
  return factorShapes(config).flatMap(([rows, cols], j) => {
    const sigma = j === 0 ? null : singularValues(matrix(rows, cols, values[`W${j}`]!))[config.K]
    return sigma === null || sigma === undefined ? [] : [sigma]
  })
}
