import { singularValues } from '#main/compute/linalg/index'
import { matrix } from '#main/compute/matrix'
import type { ExactClaim } from '#main/core/system'
import type { Snapshot } from '#main/core/snapshot'
import { balancedness } from '#main/probes/balancedness'
import { classMeans } from '#main/probes/classMeans'
import { schattenGap } from '#main/probes/schattenGap'
import { unusedWeight } from '#main/probes/unusedWeight'
import { atLeast, atMost, largestDifference, within } from '../../claimChecks'
import { factorDecays, factorShapes, uniformConfig, type UfmConfig } from '../config'
import { simplexSolution } from '../crossEntropy'
import { pairStructure } from '../structures'
import { countOf, LINEAR_CE, trainEnsemble, type EnsembleRun } from './ensemble'

const SOURCE = 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02, section e'

/** Both structures occur among these runs of a narrow model. */
const RUNS = 24

/** K = 4, n = 1, λ = 2⁻⁷: every converged run has the loss of DNC or of the pair structure. */
function twoLosses(id: string, L: number, dnc: number, pair: number, better: 'dnc' | 'pair'): ExactClaim {
  return {
    kind: 'exact',
    id: `02.${id}`,
    title: `Runs of K = 4, L = ${L} end at the loss of collapse or of pairs`,
    source: `${SOURCE}, ${id}`,
    async check() {
      const config = uniformConfig({ K: 4, n: 1, depth: L, width: 6, lambda: 2 ** -7 })
      const [collapse, pairs] = [simplexSolution(config), pairStructure(config)]
      if (!collapse || !pairs) return [atLeast('both structures exist', 0, 1)]
      const runs = await trainEnsemble(ensembleOf(config, RUNS), async (snapshot) =>
        singularValues(await snapshot.logits()),
      )
      const [higher, lower] = better === 'dnc' ? [pairs, collapse] : [collapse, pairs]
      return [
        // The note prints ten digits.
        within('loss of collapse', collapse.loss, dnc, 5e-11),
        within('loss of pairs', pairs.loss, pair, 5e-11),
        atLeast('loss of the worse above that of the better', higher.loss - lower.loss, 0),
        atMost('runs that are neither collapse nor pairs', RUNS - countOf(runs, 'collapse', 'pair'), 0),
        atLeast('runs that collapse', countOf(runs, 'collapse'), 1),
        atLeast('runs that pair', countOf(runs, 'pair'), 1),
        ...runs.map(({ verdict, loss }, r) =>
          within(`loss of run ${r}, ${verdict.text}`, loss, (verdict.kind === 'pair' ? pairs : collapse).loss, 1e-9),
        ),
        ...runs.map(({ verdict, measured: sigma }, r) => {
          const scale = verdict.kind === 'pair' ? 2 * pairs.scales[0]! : collapse.t
          const expected = sigma.map((_, i) => (i < (verdict.kind === 'pair' ? 2 : 3) ? scale : 0))
          // σ moves with the gradient norm of 1e-8 over a curvature of about λ; the zero ones are its (L + 1)th root.
          return atMost(`σ(Z) of run ${r}: largest difference`, largestDifference(sigma, expected), 1e-4)
        }),
      ]
    },
  }
}

const criticalPoints: ExactClaim = {
  kind: 'exact',
  id: '02.C14',
  title: 'Converged linear runs are balanced, cheapest and read only class means',
  source: `${SOURCE}, C14`,
  async check() {
    const config = uniformConfig({ K: 4, n: 2, depth: 2, width: 6, lambda: 2 ** -7 })
    const runs = await trainEnsemble(ensembleOf(config, RUNS), (snapshot) => economyOf(snapshot, config))
    return [
      ...runs.flatMap(({ measured: { imbalance, gap, unused } }, r) => [
        atMost(`run ${r}: balancedness`, imbalance, 1e-10),
        atMost(`run ${r}: |schatten gap|`, Math.abs(gap), 1e-6),
        atMost(`run ${r}: weight outside the class means`, unused, 1e-5),
      ]),
      atLeast('runs that collapse', countOf(runs, 'collapse'), 1),
      atLeast('runs that pair', countOf(runs, 'pair'), 1),
    ]
  },
}

export const endStateClaims = [
  twoLosses('C1', 2, 0.1216681777, 0.1221686606, 'dnc'),
  twoLosses('C2', 3, 0.1218995573, 0.1116946402, 'pair'),
  criticalPoints,
]

function ensembleOf(config: UfmConfig, runs: number) {
  // Twice the budget of 20/(ηλ) steps.
  const steps = Math.ceil(40 / (0.5 * config.lamH))
  return { config, variant: LINEAR_CE, learningRate: 0.5, initScale: 1, steps, tolerance: 1e-8, runs, seed: 0 }
}

/** Largest over the interfaces and layers of one state. */
async function economyOf(snapshot: Snapshot, config: UfmConfig) {
  const values = await snapshot.parameters()
  const decays = factorDecays(config)
  const factors = factorShapes(config).map(([rows, cols], j) => ({
    factor: matrix(rows, cols, values[j === 0 ? 'H1' : `W${j}`]!),
    weightDecay: decays[j]!,
  }))
  const imbalances = factors.slice(1).map((above, j) => {
    return balancedness(above.factor, factors[j]!.factor, { above: 1, below: 1 })
  })
  const unused = (await snapshot.layers()).map(({ input, weight }) => {
    return unusedWeight(weight, classMeans(input, snapshot.split.classSizes))
  })
  return {
    imbalance: Math.max(...imbalances),
    gap: schattenGap(factors, await snapshot.logits()),
    unused: Math.max(...unused),
  }
}

/** Largest distance of a run's loss from the nearest of the given ones. */
export function farthestFrom(losses: readonly number[], runs: readonly EnsembleRun[]): number {
  return Math.max(...runs.map(({ loss }) => Math.min(...losses.map((known) => Math.abs(loss - known)))))
}
