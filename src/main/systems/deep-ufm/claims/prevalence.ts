import type { Count } from '#shared/proportion'
import type { ClaimCheck } from '#shared/records'
import { singularValues } from '#main/compute/linalg/index'
import type { ExactClaim } from '#main/core/system'
import { numericalRank } from '#main/probes/numericalRank'
import { median } from '#main/spectra/index'
import { atLeast, atMost, within } from '../../claimChecks'
import { uniformConfig, type UfmConfig } from '../config'
import { simplexSolution } from '../crossEntropy'
import { graphSolution } from '../graphSolution'
import { pairStructure, polygonStructure } from '../structures'
import { collapsedSolution } from '../theory'
import { countOf, LINEAR_CE, trainEnsemble, type EnsembleRun } from './ensemble'
import { farthestFrom } from './endStates'
import { sameProportion } from './proportion'

const SOURCE = 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02, section e'

interface Cell {
  readonly K: number
  readonly L: number
  readonly d: number
  readonly lambda: number
  readonly n?: number
  readonly runs: number
  readonly learningRate?: number
  readonly initScale?: number
  /** Twice the budget of 20/(ηλ) where not given. */
  readonly steps?: number
}

function configOf({ K, L, d, lambda, n = 1 }: Cell): UfmConfig {
  return uniformConfig({ K, n, depth: L, width: d, lambda })
}

/** Gradient descent on the linear cross-entropy model from Gaussian initial values, to a gradient norm of 10⁻⁸. */
function runsOf(cell: Cell): Promise<EnsembleRun[]> {
  const { learningRate = 0.5, initScale = 1, runs, lambda } = cell
  const steps = cell.steps ?? Math.ceil(40 / (learningRate * lambda))
  const config = configOf(cell)
  return trainEnsemble({ config, variant: LINEAR_CE, learningRate, initScale, steps, tolerance: 1e-8, runs, seed: 0 })
}

function collapseCount(runs: readonly EnsembleRun[]): Count {
  return { count: countOf(runs, 'collapse'), runs: runs.length }
}

const width: ExactClaim = {
  kind: 'exact',
  id: '02.C3',
  title: 'Wider models collapse more often',
  source: `${SOURCE}, C3`,
  async check() {
    const checks: ClaimCheck[] = []
    for (const L of [2, 3]) {
      let before = 0
      for (const d of [4, 6, 8, 12, 16, 24]) {
        const runs = await runsOf({ K: 4, L, d, lambda: 2 ** -6, runs: 64 })
        const { count } = collapseCount(runs)
        checks.push(
          atLeast(`L = ${L}, d = ${d}: collapsed runs, more than at the width before less 8`, count, before - 8),
          atMost(`L = ${L}, d = ${d}: runs that neither collapse nor pair`, 64 - count - countOf(runs, 'pair'), 0),
        )
        if (L === 2 && d === 24) checks.push(atLeast('L = 2, d = 24: collapsed runs', count, 60))
        before = count
      }
    }
    return checks
  },
}

/** The note's counts are of 64 runs with other random numbers; both carry binomial noise. */
const ofNote = (count: number): Count => ({ count, runs: 64 })

const depth: ExactClaim = {
  kind: 'exact',
  id: '02.C4',
  title: 'Deeper models collapse less often',
  source: `${SOURCE}, C4`,
  async check() {
    const checks: ClaimCheck[] = []
    let before = Infinity
    for (const [L, reference] of [
      [2, 60],
      [3, 35],
      [4, 13],
    ] as const) {
      // prettier-ignore
      const measured = collapseCount(await runsOf({ K: 4, L, d: 8, lambda: 2 ** -7, runs: 256 }))
      checks.push(sameProportion(`L = ${L}: collapsed`, measured, ofNote(reference)))
      checks.push(atLeast(`L = ${L}: fewer than at the depth before`, before - measured.count, 1))
      before = measured.count
    }
    return checks
  },
}

const decay: ExactClaim = {
  kind: 'exact',
  id: '02.C5',
  title: 'Collapse becomes slightly more frequent as the weight decay falls',
  source: `${SOURCE}, C5`,
  async check() {
    const checks: ClaimCheck[] = []
    const counts: number[] = []
    for (const [power, reference] of [
      [5, 26],
      [6, 34],
      [7, 35],
      [8, 35],
    ] as const) {
      // prettier-ignore
      const measured = collapseCount(await runsOf({ K: 4, L: 3, d: 8, lambda: 2 ** -power, runs: 256 }))
      checks.push(sameProportion(`λ = 2^−${power}: collapsed`, measured, ofNote(reference)))
      counts.push(measured.count)
    }
    return [...checks, atLeast('collapsed runs at 2⁻⁸ less those at 2⁻⁵', counts[3]! - counts[0]!, 0)]
  },
}

const scale: ExactClaim = {
  kind: 'exact',
  id: '02.C6',
  title: 'The initial scale decides, the learning rate does not until it diverges',
  source: `${SOURCE}, C6`,
  async check() {
    const checks: ClaimCheck[] = []
    const runsPerCell = 128
    const base = { K: 4, L: 3, d: 8, lambda: 2 ** -7, runs: runsPerCell }
    const cells = [
      { initScale: 0.25, learningRate: 0.5, steps: 6000, reference: 0 },
      { initScale: 0.5, learningRate: 0.5, reference: 3 },
      { initScale: 1, learningRate: 0.5, reference: 35 },
      { initScale: 1.5, learningRate: 0.2, reference: 49 },
      { initScale: 1, learningRate: 0.1, reference: 35 },
      { initScale: 1, learningRate: 1, reference: 34 },
    ]
    for (const { reference, ...cell } of cells) {
      const label = `σ₀ = ${cell.initScale}, η = ${cell.learningRate}`
      const runs = await runsOf({ ...base, ...cell })
      checks.push(sameProportion(`${label}: collapsed`, collapseCount(runs), ofNote(reference)))
      if (cell.initScale !== 0.25) continue
      const stuck = runs.filter(({ loss }) => loss > 0.5)
      checks.push(sameProportion(`${label}: at a plateau`, { count: stuck.length, runs: runsPerCell }, ofNote(18)))
      checks.push(sameProportion(`${label}: paired`, { count: countRank(runs, 2) - countOf(runs, 'collapse'), runs: runsPerCell }, ofNote(46))) // prettier-ignore
      // Some runs are just leaving the plateau, so its loss, three digits in the note, is that of the middle one.
      const losses = Float64Array.from(stuck, ({ loss }) => loss)
      checks.push(within(`${label}: median loss at the plateau`, median(losses), 0.574, 5e-3))
    }
    const fast = await runsOf({ ...base, learningRate: 2, steps: 4000 })
    const diverged = { count: countOf(fast, 'diverged'), runs: runsPerCell }
    return [...checks, sameProportion('η = 2: diverged', diverged, ofNote(40))]
  },
}

const sixClasses: ExactClaim = {
  kind: 'exact',
  id: '02.C7',
  title: 'K = 6, L = 3 pairs at every width',
  source: `${SOURCE}, C7`,
  async check() {
    const checks: ClaimCheck[] = []
    for (const [d, reference] of [
      [6, 30],
      [12, 32],
      [24, 31],
    ] as const) {
      // prettier-ignore
      const runs = await runsOf({ K: 6, L: 3, d, lambda: 2 ** -8, runs: 32, steps: 8000 })
      const paired = runs.filter(({ verdict, loss }) => verdict.rank === 3 && Math.abs(loss - 0.0904793) < 1e-5).length
      checks.push(sameProportion(`d = ${d}: at rank 3 and loss 0.0904793`, { count: paired, runs: 32 }, { count: reference, runs: 32 })) // prettier-ignore
    }
    const config = configOf({ K: 6, L: 3, d: 6, lambda: 2 ** -8, runs: 0 })
    return [
      ...checks,
      within('loss of pairs', pairStructure(config)?.loss ?? NaN, 0.0904793, 5e-8),
      within('loss of collapse', simplexSolution(config)?.loss ?? NaN, 0.1070764, 5e-8),
    ]
  },
}

const fiveClasses: ExactClaim = {
  kind: 'exact',
  id: '02.C8',
  title: 'K = 5, L = 3 ends on the polygon, at rank 3 or in collapse',
  source: `${SOURCE}, C8`,
  async check() {
    const config = configOf({ K: 5, L: 3, d: 5, lambda: 2 ** -8, runs: 0 })
    const known = [0.0776118, 0.0792568, 0.0856659]
    const checks = [
      within('loss of the polygon', polygonStructure(config)?.loss ?? NaN, known[0]!, 5e-8),
      within('loss of collapse', simplexSolution(config)?.loss ?? NaN, known[2]!, 5e-8),
    ]
    for (const [d, ...reference] of [
      [5, 12, 20, 0],
      [10, 0, 28, 4],
      [20, 0, 20, 12],
    ] as const) {
      // prettier-ignore
      const runs = await runsOf({ K: 5, L: 3, d, lambda: 2 ** -8, runs: 32 })
      const rank3 = runs.filter(({ verdict }) => verdict.kind === 'rank' && verdict.rank === 3).length
      const counts = [countOf(runs, 'polygon'), rank3, countOf(runs, 'collapse')]
      const names = ['on the polygon', 'at rank 3', 'collapsed']
      // Half a unit of the seventh digit.
      checks.push(atMost(`d = ${d}: largest distance of a loss from the three`, farthestFrom(known, runs), 6e-8))
      counts.forEach((count, i) =>
        checks.push(sameProportion(`d = ${d}: ${names[i]}`, { count, runs: 32 }, { count: reference[i]!, runs: 32 })),
      )
    }
    return checks
  },
}

const paperSetting: ExactClaim = {
  kind: 'exact',
  id: '02.C9',
  title: 'K = 10, L = 2, n = 5: pairs and mixtures of low rank instead of collapse',
  source: `${SOURCE}, C9`,
  slow: true,
  async check() {
    const base = { K: 10, L: 2, n: 5, lambda: 2 ** -10, runs: 10 }
    const config = configOf({ ...base, d: 10 })
    const narrow = await runsOf({ ...base, d: 10, steps: 43_400 })
    const middle = await runsOf({ ...base, d: 30, steps: 43_400 })
    const wide = await runsOf({ ...base, d: 70, steps: 36_000 })
    const paired = (runs: readonly EnsembleRun[]) => runs.filter(({ loss }) => Math.abs(loss - 0.0800127) < 1e-6).length
    const low = (runs: readonly EnsembleRun[]) => runs.filter(({ verdict }) => (verdict.rank ?? NaN) <= 6).length
    const ofTen = (count: number): Count => ({ count, runs: 10 })
    return [
      within('loss of collapse', simplexSolution(config)?.loss ?? NaN, 0.0906622, 5e-8),
      within('loss of pairs', pairStructure(config)?.loss ?? NaN, 0.0800127, 5e-8),
      atLeast('d = 10: least loss above that of pairs', Math.min(...narrow.map(({ loss }) => loss)) - 0.0800127, -5e-8),
      sameProportion('d = 10: paired', ofTen(paired(narrow)), ofTen(8)),
      sameProportion('d = 30: paired', ofTen(paired(middle)), ofTen(10)),
      // Not fully converged: the small singular values of some are on their way.
      sameProportion('d = 70: at rank 6 or less', ofTen(low(wide)), ofTen(10)),
      atMost('runs that collapse', countOf([...narrow, ...middle, ...wide], 'collapse'), 0),
    ]
  },
}

const reluModel: ExactClaim = {
  kind: 'exact',
  id: '02.C17',
  title: 'Narrow ReLU MSE models of four layers end below the loss of collapse',
  source: 'After Súkeník, Lampert & Mondelli 2024, arXiv:2405.14468; theory note 02, section e, C17',
  async check() {
    const lambda = 0.004
    const collapse = collapsedSolution(uniformConfig({ K: 6, n: 1, depth: 4, width: 6, lambda }))?.loss ?? NaN
    const below: number[] = []
    const checks = [within('loss of collapse', collapse, 0.059708, 5e-7)]
    for (const [d, reference] of [
      [12, 10],
      [24, 0],
    ] as const) {
      // prettier-ignore
      const config = uniformConfig({ K: 6, n: 1, depth: 4, width: d, lambda })
      const runs = await trainEnsemble(
        {
          config,
          variant: { loss: 'mse', activation: 'relu' },
          learningRate: 0.5,
          initScale: 1,
          steps: 12_000,
          tolerance: 0,
          runs: 16,
          seed: 0,
        },
        async (snapshot) => {
          const [first] = await snapshot.layers()
          // Before its activation: the ReLU raises the rank.
          return first ? numericalRank(singularValues(first.output), 1e-3) : NaN
        },
      )
      // Kinks of ReLU at a constant rate leave the loss uncertain by 5e-4.
      const winners = runs.map(({ loss }) => loss < collapse)
      below.push(winners.filter((wins) => wins).length)
      checks.push(sameProportion(`d = ${d}: below the loss of collapse`, { count: below.at(-1)!, runs: 16 }, { count: reference, runs: 16 })) // prettier-ignore
      runs.forEach(({ measured: rank }, r) => {
        const label = `d = ${d}, run ${r}: rank of W₁H₁`
        checks.push(winners[r] ? atMost(label, rank, 5) : atLeast(label, rank, 6))
      })
      if (d === 12) {
        const best = Math.min(...runs.map(({ loss }) => loss))
        const graph = graphSolution({ r: 4, L: 4, n: 1, lambda }).loss ?? NaN
        checks.push(atMost('d = 12: least loss, against the graph solution', best, graph + 5e-4))
      }
    }
    return checks
  },
}

export const prevalenceClaims = [width, depth, decay, scale, sixClasses, fiveClasses, paperSetting, reluModel]

function countRank(runs: readonly EnsembleRun[], rank: number): number {
  return runs.filter(({ verdict }) => verdict.rank === rank).length
}
