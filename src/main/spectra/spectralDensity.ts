import { LabError } from '#shared/errors'
import { meanOf, type Estimate } from '#shared/estimate'
import { random } from '#main/compute/rng/random'
import type { LinearOperator } from '#main/core/linearOperator'
import type { QuadratureRule } from '#shared/gaussianMixture'
import { quadratureDensity } from '#shared/quadratureDensity'
import { lanczosQuadrature, type LanczosResult } from './lanczos'
import { VectorStack } from './vectorStack'
import { spectralSum } from './spectralSum'

export interface SpectralDensityOptions {
  /** m, Lanczos steps for each probe. Default 80. */
  readonly steps?: number
  /** R, the number of random sign vectors. Default 10. */
  readonly probes?: number
  /** Probe r uses (seed, r), whatever the order or number of probes. Default 0. */
  readonly seed?: number
  /** Width of the Gaussians, in the units of H; keep it below half of the gap to be shown. Default 0.01 (θmax − θmin). */
  readonly sigma?: number
  /** Where to evaluate the density. Default 512 points over [θmin − 4σ, θmax + 4σ]. */
  readonly grid?: Float64Array
  /** Orthonormal vectors to leave out: the density is that of the other eigenvalues. See `deflatedDensity`. */
  readonly deflated?: readonly Float64Array[]
  /** Probes of an earlier call with the same options that was stopped: what is whole of them is not computed again. */
  readonly known?: readonly ProbeRule[]
  /** Called after every probe with all that are finished. */
  readonly onProbe?: (finished: readonly ProbeRule[]) => void
  readonly signal?: AbortSignal
  /** Called after every product. Return a promise to let other work, such as a cancel message, in. */
  readonly onProgress?: (products: number, total: number) => void | Promise<void>
}

export interface SpectralDensityResult {
  /** Number of eigenvalues described: the dimension P of the operator, less the deflated vectors. */
  readonly n: number
  /** One quadrature rule for each probe; density and counts can be redone from them without a product. */
  readonly probes: readonly ProbeRule[]
  readonly sigma: number
  readonly grid: Float64Array
  /** φ on the grid, in 1/units of H; integrates to 1. */
  readonly density: Float64Array
  /** Standard error of φ on the grid, from the scatter between probes; NaN for a single probe. */
  readonly densityError: Float64Array
  /** tr H ≈ P/R Σ_r α_1^(r). */
  readonly trace: Estimate
  /** One for each node, those of known probes included. */
  readonly products: number
  /** 'cancelled': `probes` holds what was finished; a probe cut short counts with the steps it has. */
  readonly stopped: 'done' | 'cancelled'
}

export interface ProbeRule extends QuadratureRule {
  /** α_1 = v̂ᵀ H v̂. */
  readonly firstAlpha: number
  readonly stopped: LanczosResult['stopped']
}

/**
 * Spectral density by stochastic Lanczos quadrature: φ(t) = 1/R Σ_r Σ_i τ_i^(r) N(t; θ_i^(r), σ²).
 *
 * Theory note 01, section 7; Lin, Saad & Yang 2013, arXiv:1308.5467; Ghorbani, Krishnan & Xiao 2019, arXiv:1901.10159.
 * Probes have entries ±1, so that ‖v‖² = P exactly and a diagonal operator has no variance. A breakdown makes the
 * rule of its probe exact.
 *
 * @throws LabError 'bad-input' for counts below 1 or σ ≤ 0; 'degenerate' if the operator is not finite
 */
export async function spectralDensity(
  operator: LinearOperator,
  options: SpectralDensityOptions = {},
): Promise<SpectralDensityResult> {
  const { steps = 80, probes: R = 10, seed = 0, deflated = [], signal, onProgress } = options
  const n = operator.n - deflated.length
  if (!Number.isInteger(R) || R < 1) {
    throw new LabError('bad-input', `spectralDensity: probes is ${R}; give a whole number of at least 1.`, { R })
  }
  if (options.sigma !== undefined && !(options.sigma > 0)) {
    throw new LabError('bad-input', `spectralDensity: sigma is ${options.sigma}; give a positive width.`, {
      sigma: options.sigma,
    })
  }
  const total = R * Math.min(steps, n)
  const probes: ProbeRule[] = options.known?.filter(({ stopped }) => stopped !== 'cancelled') ?? []
  const memory = new VectorStack(operator.n, 'float64')
  let products = probes.reduce((sum, { nodes }) => sum + nodes.length, 0)
  for (let r = probes.length; r < R && !signal?.aborted; r++) {
    const stream = random(seed, `spectralDensity/${r}`)
    const {
      alpha,
      steps: done,
      ...rule
    } = await lanczosQuadrature(operator, {
      steps,
      start: deflated.length > 0 ? stream.normal(operator.n) : stream.signs(n),
      deflated,
      memory,
      // What float32 loses in each product is beyond the estimate that 'semi' goes by.
      orthogonality: operator.dtype === 'float32' ? 'full' : 'semi',
      ...(signal && { signal }),
      onProgress: (step) => onProgress?.(products + step, total),
    })
    products += done
    if (done === 0) break
    probes.push({ ...rule, firstAlpha: alpha[0]! })
    if (rule.stopped !== 'cancelled') options.onProbe?.(probes)
  }
  const { error, ...smooth } = quadratureDensity(probes, options)
  return {
    n,
    probes,
    ...smooth,
    densityError: error,
    trace: meanOf(probes.map(({ firstAlpha }) => n * firstAlpha)),
    products,
    stopped: signal?.aborted && (probes.length < R || probes.at(-1)?.stopped === 'cancelled') ? 'cancelled' : 'done',
  }
}

/**
 * Number of eigenvalues above each threshold, N(t) ≈ P/R Σ_r Σ_{θ_i > t} τ_i^(r). Theory note 01, section 7.
 *
 * @param n dimension P of the operator
 * @returns real numbers: the estimate of a count is rarely whole. For error bars see `spectralSum`
 */
export function countAbove(probes: readonly QuadratureRule[], n: number, thresholds: Float64Array): Float64Array {
  return thresholds.map((t) => spectralSum(probes, n, (node) => (node > t ? 1 : 0)).value)
}
