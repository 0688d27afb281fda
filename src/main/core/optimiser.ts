/** How a step follows from the gradient g of the data loss, the weight decay λ and the learning rate η. */
export type OptimiserSpec =
  /** θ ← (1 − ηλ) θ − η g */
  | { readonly kind: 'gradientDescent' }
  /** v ← μ v + g + λ θ, θ ← θ − η v (Polyak) */
  | { readonly kind: 'heavyBall'; readonly momentum: number }
  /** v ← μ v + d, θ ← θ − η (d + μ v) with d = g + λ θ, as PyTorch has it */
  | { readonly kind: 'nesterov'; readonly momentum: number }
  | AdamSpec
  | NormalisedSpec

/**
 * m̂ and v̂ the bias-corrected means of d and d²: θ ← θ − η m̂/(√v̂ + ϵ). Coupled: d = g + λ θ (Kingma & Ba 2015).
 * Decoupled: d = g and θ loses η λ θ beside (Loshchilov & Hutter 2019, "AdamW").
 */
export interface AdamSpec {
  readonly kind: 'adam'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly decay: 'coupled' | 'decoupled'
}

/**
 * θ ← θ − η min(a ρ, b/(L ‖F‖^{1−1/L})) d/‖d‖ with d = g + λ θ over all trained arrays, ρ = √(Σ_l ‖W_l‖²/L) over the L
 * weight matrices and F the logits of the step's samples; theory note 03 has a = 0.01, b = 0.3, η = 1.
 */
export interface NormalisedSpec {
  readonly kind: 'normalised'
  /** a: at most this share of the weights' own size in a step. */
  readonly weightShare: number
  /** b: at most about this change of the logits in a step. */
  readonly logitChange: number
}

/** With the constants of theory note 03, section 2. */
export const NORMALISED_DESCENT: OptimiserSpec = { kind: 'normalised', weightShare: 0.01, logitChange: 0.3 }

export const GRADIENT_DESCENT: OptimiserSpec = { kind: 'gradientDescent' }

/** The heavy ball, which is gradient descent where μ = 0. */
export function heavyBall(momentum: number): OptimiserSpec {
  return momentum === 0 ? GRADIENT_DESCENT : { kind: 'heavyBall', momentum }
}

/** With the constants of Kingma & Ba 2015, arXiv:1412.6980. */
export function adam(decay: AdamSpec['decay']): AdamSpec {
  return { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay }
}

/** Arrays as large as the parameters that an optimiser carries from step to step. */
export function optimiserArrays({ kind }: OptimiserSpec): number {
  return { gradientDescent: 0, heavyBall: 1, nesterov: 1, adam: 2, normalised: 0 }[kind]
}
