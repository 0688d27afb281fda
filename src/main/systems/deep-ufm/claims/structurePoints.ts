import type { ClaimCheck } from '#shared/records'
import { singularValues } from '#main/compute/linalg/index'
import type { Matrix } from '#main/compute/matrix'
import type { ExactClaim } from '#main/core/system'
import { numericalRank } from '#main/probes/numericalRank'
import { scaled } from '#main/probes/scaled'
import { totalGradientNorm } from '#main/probes/gradientNorm'
import { denseSpectrum } from '#main/spectra/index'
import { atMost, largestDifference, within } from '../../claimChecks'
import { balancedParameters } from '../balancedParameters'
import { uniformConfig, type UfmConfig } from '../config'
import { simplexSolution, simplexThresholds } from '../crossEntropy'
import { criticalDecay } from '../gain'
import { graphNetwork, graphSolution } from '../graphSolution'
import { simplexShape } from '../logitShapes'
import { repeatColumns } from '../repeatColumns'
import { inertiaOf, simplexFullLevels, type Inertia } from '../simplexSpectra'
import { orbitDimension } from '../solutionSpace'
import { expandLevels } from '../spectra'
import { collapseStructure, pairCrossing, pairStructure, polygonStructure } from '../structures'
import { collapsedSolution } from '../theory'
import { LINEAR_CE } from './ensemble'
import { withSnapshot } from './withTraining'

const SOURCE = 'Garrod & Keating 2024, arXiv:2410.23169; theory note 02, section e'

const spectrum: ExactClaim = {
  kind: 'exact',
  id: '02.C10',
  title: 'At collapse the full Hessian has its closed form',
  source: `${SOURCE}, C10`,
  async check() {
    const checks: ClaimCheck[] = []
    for (const [K, L, n, d, lambda] of [
      [4, 1, 2, 5, 0.01],
      [4, 2, 1, 5, 0.005],
      [4, 3, 2, 5, 0.003],
      [5, 3, 1, 6, 0.002],
      [2, 3, 2, 3, 0.01],
      [6, 3, 1, 8, 0.08],
    ] as const) {
      const config = uniformConfig({ K, n, depth: L, width: d, lambda })
      const name = `K = ${K}, L = ${L}, n = ${n}, d = ${d}, λ = ${lambda}`
      const solution = simplexSolution(config)
      const closed = solution && expandLevels(simplexFullLevels(config, solution))
      const { values, gradient } = await pointAt(config, scaled(simplexShape(K), solution?.t ?? NaN))
      checks.push(
        atMost(`${name}: ‖∇L‖`, gradient, 1e-12),
        atMost(`${name}: largest eigenvalue difference`, largestDifference(values, closed ?? []), 1e-12),
        ...sameInertia(name, inertiaOf(values, lambda), inertiaOf(closed ?? [], lambda)),
      )
    }
    return checks
  },
}

const signChange: ExactClaim = {
  kind: 'exact',
  id: '02.C11',
  title: 'Collapse turns into a saddle where α = K(L − 1)/(L + 1)',
  source: `${SOURCE}, C11`,
  async check() {
    const checks: ClaimCheck[] = []
    for (const [K, L] of [
      [4, 2],
      [6, 3],
      [5, 4],
    ] as const) {
      // prettier-ignore
      const { scaleAtPsd } = simplexThresholds({ K, n: 1, L })
      for (const factor of [0.999, 1.001]) {
        const alpha = factor * scaleAtPsd
        const lambda = alpha ** ((L - 1) / (L + 1)) / (Math.exp(alpha) + K - 1)
        const config = uniformConfig({ K, n: 1, depth: L, width: K, lambda })
        const { values } = await pointAt(config, scaled(simplexShape(K), alpha))
        const copies = (K * (K - 3)) / 2
        const predicted = (factor - 1) * (L - 1)
        // The symmetric level is the one nearest to its prediction; all its copies are compared.
        const nearest = values.map((value) => Math.abs(value / lambda - predicted)).sort()
        checks.push(
          atMost(`K = ${K}, L = ${L}, ${factor} α_psd: distance from ${predicted}`, nearest[copies - 1]!, 1e-10),
          within(
            `K = ${K}, L = ${L}, ${factor} α_psd: negative eigenvalues`,
            inertiaOf(values, lambda).negative,
            factor < 1 ? copies : 0,
            0,
          ),
        )
      }
    }
    return checks
  },
}

const inertia: ExactClaim = {
  kind: 'exact',
  id: '02.C12',
  title: 'Collapse, pairs and polygon are minima up to rotations',
  source: `${SOURCE}, C12`,
  async check() {
    const lambda = 2 ** -8
    const config = uniformConfig({ K: 6, n: 1, depth: 2, width: 6, lambda })
    const structures = [
      ['collapse', collapseStructure(config), { negative: 0, zero: 30, positive: 78 }],
      ['pairs', pairStructure(config), { negative: 0, zero: 24, positive: 84 }],
      ['polygon', polygonStructure(config), { negative: 0, zero: 18, positive: 90 }],
    ] as const
    const checks: ClaimCheck[] = []
    for (const [name, structure, expected] of structures) {
      if (!structure) continue
      const { values, gradient } = await pointAt(config, structure.classMeanLogits)
      const orbit = orbitDimension({ L: 2, d: 6, r: structure.rank })
      checks.push(
        atMost(`${name}: ‖∇L‖`, gradient, 1e-12),
        ...sameInertia(name, inertiaOf(values, lambda), expected),
        within(`${name}: dimension of the orbit`, orbit, expected.zero, 0),
      )
    }
    return checks
  },
}

const crossing: ExactClaim = {
  kind: 'exact',
  id: '02.C13',
  title: 'Collapse and pairs of K = 4, L = 2 change places at λ_c',
  source: `${SOURCE}, C13`,
  async check() {
    const expected = 0.0117604981
    const measured = pairCrossing({ K: 4, n: 1, L: 2 }) ?? NaN
    const excess = (factor: number) => {
      const config = uniformConfig({ K: 4, n: 1, depth: 2, width: 4, lambda: factor * measured })
      return (simplexSolution(config)?.loss ?? NaN) - (pairStructure(config)?.loss ?? NaN)
    }
    return [
      within('λ_c', measured, expected, 1e-8 * expected),
      atMost('loss of collapse less that of pairs at 0.9 λ_c', excess(0.9), 0),
      atMost('loss of pairs less that of collapse at 1.1 λ_c', -excess(1.1), 0),
    ]
  },
}

const mseThreshold: ExactClaim = {
  kind: 'exact',
  id: '02.C15',
  title: 'Linear MSE has no low-rank winner: at the threshold the loss is ½ and x = (L − 1)/L',
  source: `${SOURCE}, C15`,
  async check() {
    return [2, 3, 5, 8].flatMap((L) => {
      const size = { K: 4, n: 3, L }
      const lambda = criticalDecay(size)
      const solution = collapsedSolution(uniformConfig({ ...size, depth: L, width: 4, lambda }))
      const mu = lambda * 4 * 3 ** (1 / (L + 1))
      const threshold = (1 / L) * ((L - 1) / L) ** ((L - 1) / (L + 1))
      return [
        within(`L = ${L}: μ`, mu, threshold, 1e-6 * threshold),
        within(`L = ${L}: loss`, solution?.loss ?? NaN, 0.5, 5e-7),
        within(`L = ${L}: x`, solution?.gain.x ?? NaN, (L - 1) / L, 1e-6),
      ]
    })
  },
}

const graphs: ExactClaim = {
  kind: 'exact',
  id: '02.C16',
  title: 'The graph construction is a ReLU network of its stated loss and ranks',
  source: 'After Súkeník, Lampert & Mondelli 2024, arXiv:2405.14468; theory note 02, section e, C16',
  async check() {
    const checks: ClaimCheck[] = []
    for (const [r, L, n] of [
      [4, 4, 1],
      [5, 4, 2],
      [5, 3, 1],
      [6, 5, 1],
    ] as const) {
      // prettier-ignore
      const size = { r, L, n, lambda: 0.002 }
      const name = `r = ${r}, L = ${L}`
      const { K, loss } = graphSolution(size)
      const state = { ...graphNetwork(size), variant: { loss: 'mse', activation: 'relu' } } as const
      const measured = await withSnapshot(state, async (snapshot) => {
        const { data, regularisation } = await snapshot.loss()
        const layers = await snapshot.layers()
        return {
          loss: data + regularisation,
          before: rankOf(layers[L - 2]!.output),
          after: rankOf(layers[L - 1]!.input),
        }
      })
      checks.push(
        within(`${name}: loss`, measured.loss, loss ?? NaN, 1e-12),
        within(`${name}: rank before the last ReLU`, measured.before, r === 4 ? 3 : r, 0),
        within(`${name}: rank after it`, measured.after, K, 0),
      )
    }
    return checks
  },
}

export const structureClaims = [spectrum, signChange, inertia, crossing, mseThreshold, graphs]

/** Gradient norm and full Hessian of the linear cross-entropy model with balanced factors of these class-mean logits. */
function pointAt(config: UfmConfig, classMeanLogits: Matrix): Promise<{ values: Float64Array; gradient: number }> {
  const parameters = balancedParameters(config, repeatColumns(classMeanLogits, config.n))
  return withSnapshot({ config, variant: LINEAR_CE, parameters }, async (snapshot) => {
    const { values } = await denseSpectrum(snapshot.hessian('total'))
    return { values, gradient: await totalGradientNorm(snapshot) }
  })
}

function sameInertia(name: string, measured: Inertia, expected: Inertia): ClaimCheck[] {
  return (['negative', 'zero', 'positive'] as const).map((sign) =>
    within(`${name}: ${sign} eigenvalues`, measured[sign], expected[sign], 0),
  )
}

function rankOf(A: Matrix): number {
  return numericalRank(singularValues(A), 1e-9)
}
