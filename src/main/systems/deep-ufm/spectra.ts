import type { Prediction } from '#shared/records'
import { matrix } from '#main/compute/matrix'
import { symmetricEigenvalues } from '#main/compute/linalg/index'
import { depthOf, factorDecays, factorShapes, type UfmConfig } from './config'
import type { Gain } from './gain'
import type { CollapsedSolution } from './theory'

/** An eigenvalue with its multiplicity and what it belongs to. */
export type Level = Prediction['levels'][number]

/** Which parameters a Hessian is taken over. */
export type HessianScope = 'all' | 'weights'

/** x/(1 − x): what every data outlier is in units of its λ, and outlier/bulk − 1 with regularisation. Note 01, 5.2. */
export function outlierFactor({ x, rest }: Gain): number {
  return x / rest
}

/**
 * Layer block l = 1 … L at collapse: K² equal outliers ρ_l = λ_l x/(1 − x), everything else 0; with regularisation
 * λ_l/(1 − x) and λ_l. Eigenvectors μ_c^{(l+1)} ⊗ μ_c'^{(l)}. Theory note 01, 5.2.
 */
export function layerHessianLevels(
  config: UfmConfig,
  { gain }: CollapsedSolution,
  layer: number,
  part: 'data' | 'total',
): Level[] {
  const lambda = config.lamW[layer - 1]!
  const outliers = config.K ** 2
  const [rows, cols] = factorShapes(config)[layer]!
  return present([
    {
      value: part === 'data' ? lambda * outlierFactor(gain) : lambda / gain.rest,
      copies: outliers,
      label: 'outliers',
      role: 'outlier',
    },
    { value: part === 'data' ? 0 : lambda, copies: rows * cols - outliers, label: 'bulk' },
  ])
}

/** Block of H_1 at collapse, with regularisation: λ_H/(1 − x) K N times, the rest λ_H. Theory note 01, 5.2. */
export function featureHessianLevels(config: UfmConfig, { gain }: CollapsedSolution): Level[] {
  const { K, n, lamH } = config
  const N = K * n
  return present([
    { value: lamH / gain.rest, copies: K * N, label: 'outliers', role: 'outlier' },
    { value: lamH, copies: (config.widths[0]! - K) * N, label: 'bulk' },
  ])
}

/** Λ/(1 − x), Λ the sum of the included λ: the antisymmetric outliers of the full Hessian. Theory note 01, 5.4. */
export function antisymmetricOutlier(config: UfmConfig, { gain }: CollapsedSolution, scope: HessianScope): number {
  return sum(includedDecays(config, scope)) / gain.rest
}

/**
 * Spectrum, descending, of 2 diag(λ_j) + (2x − 1)/(1 − x) ζ ζᵀ with ζ_j = √λ_j over the included factors: what the
 * full Hessian has K(K + 1)/2 times. The first is the symmetric outlier. Theory note 01, 5.4.
 */
export function symmetricBlock(config: UfmConfig, { gain }: CollapsedSolution, scope: HessianScope): Float64Array {
  const decays = includedDecays(config, scope)
  const m = decays.length
  const block = matrix(m, m)
  const coupling = (gain.x - gain.rest) / gain.rest
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) block.data[i * m + j] = coupling * Math.sqrt(decays[i]! * decays[j]!)
    block.data[i * m + i]! += 2 * decays[i]!
  }
  return symmetricEigenvalues(block)
}

/**
 * Every eigenvalue of the Hessian of the loss with its λ terms at collapse, over all parameters or the weights only;
 * unequal widths and λ included. The copies sum to the number of parameters. Theory note 01, 5.4.
 */
export function fullHessianLevels(config: UfmConfig, solution: CollapsedSolution, scope: HessianScope): Level[] {
  const { K, n, widths, lamH, lamW } = config
  const N = K * n
  const L = depthOf(config)
  const antisymmetric = (K * (K - 1)) / 2
  const symmetric = (K * (K + 1)) / 2
  const [top, ...others] = symmetricBlock(config, solution, scope)
  const levels: Level[] = [
    {
      value: antisymmetricOutlier(config, solution, scope),
      copies: antisymmetric,
      label: 'antisymmetric outliers',
      role: 'outlier',
    },
    { value: top!, copies: symmetric, label: 'symmetric outliers', role: 'outlier' },
    { value: 0, copies: others.length * antisymmetric, label: 'antisymmetric zeros' },
    ...others.map((value) => ({ value, copies: symmetric, label: 'symmetric bulk' })),
  ]
  for (let l = 1; l <= L; l++) {
    const copies = K * (widths[l - 1]! - K)
    const below = l === 1 ? (scope === 'all' ? lamH : null) : lamW[l - 2]!
    if (below === null) {
      // Without H_1 the first interface has only one factor: the rows of W_1 that read inactive features.
      levels.push({ value: lamW[0]!, copies, label: 'inactive inputs' })
    } else {
      levels.push({ value: 0, copies, label: `gauge freedom at interface ${l}` })
      levels.push({ value: lamW[l - 1]! + below, copies, label: `interface ${l}` })
    }
    if (l < L) {
      const inactive = (widths[l]! - K) * (widths[l - 1]! - K)
      levels.push({ value: lamW[l - 1]!, copies: inactive, label: `inactive part of layer ${l}` })
    }
  }
  if (scope === 'all') {
    levels.push({
      value: lamH / solution.gain.rest,
      copies: K * (N - K),
      label: 'within-class outliers',
      role: 'outlier',
    })
    levels.push({ value: lamH, copies: (widths[0]! - K) * (N - K), label: 'within-class bulk' })
  }
  return present(levels)
}

/**
 * The Gauss-Newton part G at collapse, without regularisation: K² eigenvalues Λ x/(1 − x), the sum of the layer outliers;
 * over all parameters also λ_H x/(1 − x), K(N − K) times; everything else 0. Theory note 01, 5.4.
 */
export function gaussNewtonLevels(config: UfmConfig, { gain }: CollapsedSolution, scope: HessianScope): Level[] {
  const { K, n, lamH } = config
  const N = K * n
  const ratio = outlierFactor(gain)
  const parameters = factorShapes(config).map(([rows, cols]) => rows * cols)
  const total = sum(scope === 'all' ? parameters : parameters.slice(1))
  const within = scope === 'all' ? K * (N - K) : 0
  return present([
    { value: sum(includedDecays(config, scope)) * ratio, copies: K ** 2, label: 'outliers', role: 'outlier' },
    { value: lamH * ratio, copies: within, label: 'within-class outliers', role: 'outlier' },
    { value: 0, copies: total - K ** 2 - within, label: 'bulk' },
  ])
}

/** Every eigenvalue as often as it occurs, descending: what a complete measured spectrum is compared with. */
export function expandLevels(levels: readonly Level[]): Float64Array {
  const values = levels.flatMap(({ value, copies }) => Array<number>(copies).fill(value))
  return Float64Array.from(values).sort().reverse()
}

function includedDecays(config: UfmConfig, scope: HessianScope): readonly number[] {
  return scope === 'all' ? factorDecays(config) : config.lamW
}

/** Without the levels that do not occur. */
export function present(levels: readonly Level[]): Level[] {
  return levels.filter(({ copies }) => copies > 0)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
