/** What determines the singular value ρ of the invariant block. Theory note 05, S-A. */
export interface BlockDynamics {
  /** 1: d_y = r, the block feels no data; 2: d_y = d, it decays against its zero target. */
  readonly outputCase: 1 | 2
  /** L */
  readonly depth: number
  /** ε */
  readonly initScale: number
  /** η */
  readonly learningRate: number
  /** λ */
  readonly weightDecay: number
  /** β of the heavy ball, 0 for gradient descent. */
  readonly momentum: number
  /** Nesterov's momentum instead of the heavy ball's. */
  readonly nesterov?: boolean
}

/**
 * ρ(t) after each number of steps, by the exact recursion
 *
 *   μ(t+1) = β μ(t) + g(ρ(t)) + λ ρ(t),  ρ(t+1) = ρ(t) − η μ(t+1),  ρ(0) = ε, μ(0) = 0,
 *
 * g = 0 in Case 1 and ρ^{2L−1} in Case 2. Theory note 05, S-A ("Theorem", "Heavy ball"). For whitened data and
 * ε-orthogonal weights it holds at any ε, η and λ, even where gradient descent diverges. With Nesterov's momentum
 * ρ(t+1) = ρ(t) − η (g(ρ(t)) + λ ρ(t) + β μ(t+1)): derived in the same way, tested on runs.
 */
export function rhoOf(dynamics: BlockDynamics): (step: number) => number {
  const { outputCase, depth, initScale, learningRate, weightDecay, momentum, nesterov = false } = dynamics
  const values = [initScale]
  let mu = 0
  return (step) => {
    while (values.length <= step) {
      const rho = values.at(-1)!
      const gradient = (outputCase === 1 ? 0 : rho ** (2 * depth - 1)) + weightDecay * rho
      mu = momentum * mu + gradient
      values.push(rho - learningRate * (nesterov ? gradient + momentum * mu : mu))
    }
    return values[step]!
  }
}

/**
 * Small-step limit of ρ in Case 2 without decay or momentum: (ε^{−(2L−2)} + (2L−2) η t)^{−1/(2L−2)}; L ≥ 2.
 * Theory note 05, S-A ("Case 2 small-step ODE").
 */
export function rhoFlow({ depth, initScale, learningRate }: BlockDynamics, step: number): number {
  const p = 2 * depth - 2
  return (initScale ** -p + p * learningRate * step) ** (-1 / p)
}
