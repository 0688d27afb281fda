import type { ClaimCheck } from '#shared/records'
import type { ExactClaim } from '#main/core/system'
import { lineFit } from '#shared/lineFit'
import { nc1 } from '#main/probes/nc1'
import { atLeast, atMost } from '../../claimChecks'
import { withTraining } from '../../linear-network/withTraining'
import { measureDepth } from '../measureDepth'
import { collapseStart } from '../network'
import type { CollapseParams } from '../params'
import { collapsePresets } from '../presets'
import { whenTrained } from './trained'

const nearOrthogonal: ExactClaim = {
  kind: 'exact',
  id: '05.C14',
  title: 'On near-orthogonal data separation is log-linear and discrimination linear from the first layer',
  source: 'Wang et al. 2023, arXiv:2311.02960; theory note 05, S-B, C14',
  async check() {
    const paper: CollapseParams = collapsePresets.paper.params
    const checks: ClaimCheck[] = []
    for (const { depth, initScale, steps } of [
      { depth: 6, initScale: 0.3, steps: 20_000 },
      { depth: 5, initScale: 0.4, steps: 5000 },
    ]) {
      for (const noise of [1, 2, 5]) {
        const label = `L = ${depth}, perturbation ${noise}`
        const look: Parameters<typeof whenTrained<ClaimCheck[]>>[2] = async (measures, training) => {
          const snapshot = training.snapshot()
          const scatter = (await snapshot.layers()).map(({ input }) => nc1(input, snapshot.split.classSizes))
          return [
            atMost(`${label}: correlation of log separation with l`, measures.logFit.correlation, -0.998),
            atLeast(
              `${label}: correlation of discrimination with l ≥ 1`,
              lineFit(measures.discrimination.slice(1)).correlation,
              0.985,
            ),
            atMost(`${label}: NC1 of the last layer / of the input`, scatter.at(-1)! / scatter[0]!, 1e-4),
            atMost(`${label}: NC1 of the last layer`, scatter.at(-1)!, 1e-7),
            atLeast(`${label}: NC1 of the last layer, its floor`, scatter.at(-1)!, 1e-11),
          ]
        }
        checks.push(...(await whenTrained({ ...paper, depth, initScale, noise }, 0, look, steps)))
      }
    }
    return checks
  },
}

const nonlinear: ExactClaim = {
  kind: 'exact',
  id: '05.C15',
  title: 'Trained ReLU and hybrid networks separate progressively, untrained ones do not',
  source: 'Theory note 05, S-B, C15; He & Su 2022, arXiv:2210.17020',
  async check() {
    const checks: ClaimCheck[] = []
    for (const network of ['relu', 'hybrid'] as const) {
      for (const seed of [0, 1, 2, 3]) {
        const params = { ...collapsePresets[network].params, dataSeed: seed }
        const label = `${network}, seed ${seed}`
        checks.push(
          ...(await withTraining(collapseStart(params, seed), params, async (training) => {
            const before = await measureDepth(training.snapshot())
            while (training.step < params.steps) training.advance()
            const after = await measureDepth(training.snapshot())
            const hidden = after.separation.slice(1)
            return [
              atLeast(`${label}: D of the last layer / of the input, untrained`, lastToFirst(before.separation), 1),
              atMost(`${label}: D of the last layer / of the input, trained`, lastToFirst(after.separation), 0.5),
              // Of the features after an activation, as in the note: with the input, which the first layer may spread,
              // the correlation is from −0.76 to −0.97 and strictly falling in 3 of 8 runs.
              atMost(`${label}: correlation of log D_l with l ≥ 1`, lineFit(hidden.map(Math.log)).correlation, -0.94),
              atLeast(`${label}: smallest fall of D_l from a hidden layer to the next`, smallestFall(hidden), 0),
            ]
          })),
        )
      }
    }
    return checks
  },
}

function smallestFall(values: readonly number[]): number {
  return Math.min(...values.slice(1).map((value, i) => values[i]! - value))
}

function lastToFirst(values: readonly number[]): number {
  return values.at(-1)! / values[0]!
}

export const beyondClaims: readonly ExactClaim[] = [nearOrthogonal, nonlinear]
