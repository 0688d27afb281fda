import { checkConfig, depthOf, factorDecays, type UfmConfig } from './config'
import { criticalThreshold, existenceThreshold, gainLoss, logCoupling, lowerGain, upperGain, type Gain } from './gain'

/** The collapsed (DNC) solution of the linear MSE model, all d_l ≥ K and balanced classes. Theory note 01, 5.1. */
export interface CollapsedSolution {
  readonly gain: Gain
  /** s² = x (1 − x) / K. */
  readonly s2: number
  /** The K-fold singular values h = s/√λ_H of H_1 and w_l = s/√λ_l of W_1 … W_L. */
  readonly singularValues: readonly number[]
  /** L* = ½ (1 − x)(1 + L x), with the λ terms. */
  readonly loss: number
  /** Whether it is the global minimum, c < c_cr; else it is metastable and zero (loss ½) lies below. */
  readonly isGlobal: boolean
}

/** Where a configuration stands between collapse and zero. */
export interface CouplingRegime {
  /** c = K^{L+1} n λ_H Π λ_l; may underflow to 0, which no formula here uses. */
  readonly c: number
  readonly cExist: number
  readonly cCrit: number
  /** The smaller root of the gain equation; null for L = 1 and above c_ex. */
  readonly xLower: number | null
}

/** c against its two thresholds. Theory note 01, 5.1. */
export function couplingRegime(config: UfmConfig): CouplingRegime {
  checkConfig(config)
  const L = depthOf(config)
  return {
    c: Math.exp(logCoupling(config)),
    cExist: existenceThreshold(L),
    cCrit: criticalThreshold(L),
    xLower: lowerGain(config)?.x ?? null,
  }
}

/**
 * Solves (1 − x)^{L+1} x^{L−1} = c for the larger root and derives s², singular values and loss. Theory note 01, 5.1.
 * @returns null where only the zero solution exists
 * @throws LabError 'bad-input' for a width below K or a decay that is not positive
 */
export function collapsedSolution(config: UfmConfig): CollapsedSolution | null {
  checkConfig(config)
  const gain = upperGain(config)
  if (!gain) return null
  const L = depthOf(config)
  const s2 = (gain.x * gain.rest) / config.K
  return {
    gain,
    s2,
    singularValues: factorDecays(config).map((lambda) => Math.sqrt(s2 / lambda)),
    loss: gainLoss(L, gain),
    isGlobal: logCoupling(config) < Math.log(criticalThreshold(L)),
  }
}

/** L_r = ½ [(K − r)/K + r/K (1 − x)(1 + L x)]: the loss with only r of the K modes active. Theory note 01, 5.1. */
export function rankLoss(config: UfmConfig, solution: CollapsedSolution, rank: number): number {
  return 0.5 * ((config.K - rank) / config.K) + (rank / config.K) * solution.loss
}

/** What section 5.6 says of one weight layer at the collapsed solution. */
export interface LayerMoments {
  /** ‖μ_c^{(l)}‖²: h²/n for l = 1, then times w_l² per layer. */
  readonly classMeanNormSquared: number
  /** The K equal eigenvalues ‖μ_c^{(l)}‖² / K of 1/N H_l H_lᵀ. */
  readonly featureSecondMoment: number
  /** The K equal eigenvalues (1 − x)² Π_{j>l} w_j² / K of N D_l D_lᵀ. */
  readonly errorSecondMoment: number
  /** The K equal eigenvalues w_l² of W_lᵀ W_l. */
  readonly weightGram: number
}

/** Class means, feature and error second moments per layer 1 … L. Theory note 01, 5.1 and 5.6. */
export function layerMoments(config: UfmConfig, solution: CollapsedSolution): LayerMoments[] {
  const { K, n } = config
  const [h, ...w] = solution.singularValues.map((value) => value ** 2)
  return w.map((weightGram, i) => {
    const classMeanNormSquared = product(w.slice(0, i)) * (h! / n)
    return {
      classMeanNormSquared,
      featureSecondMoment: classMeanNormSquared / K,
      errorSecondMoment: (solution.gain.rest ** 2 * product(w.slice(i + 1))) / K,
      weightGram,
    }
  })
}

/**
 * f̃_cc' of the data gradient at collapse: it lies on the K "diagonal" outlier directions μ_c^{(l+1)} ⊗ μ_c^{(l)}, with
 * 1/K each. K × K, row-major. Theory note 01, 5.5.
 */
export function gradientCoefficients(K: number): Float64Array {
  const coefficients = new Float64Array(K * K)
  for (let c = 0; c < K; c++) coefficients[c * K + c] = 1 / K
  return coefficients
}

function product(factors: readonly number[]): number {
  return factors.reduce((all, factor) => all * factor, 1)
}
