import { asState, besides, collected, descended, type Optimiser, type OptimiserParts } from './parts'

/**
 * v ← μ v + g + λ θ, θ ← θ − η v, v₀ = 0: Polyak's heavy ball with coupled weight decay, as PyTorch's SGD
 * (no dampening) and the golden files have it.
 */
export function heavyBall(momenta: readonly number[], parts: OptimiserParts): Optimiser {
  const { coefficients } = parts
  const velocities = besides(parts, 'velocity')
  const momentum = coefficients.keep((_, r) => momenta[r] ?? 0)
  const updates = [...collected(velocities, momentum, coefficients), ...descended(velocities, coefficients)]
  return { stages: [updates], state: asState(velocities, 'velocity'), scratch: [] }
}

/**
 * v ← μ v + d, θ ← θ − η (d + μ v), d = g + λ θ, v₀ = 0: Nesterov's momentum in PyTorch's form
 * (Sutskever et al. 2013 with v scaled by −1/η).
 */
export function nesterov(momenta: readonly number[], parts: OptimiserParts): Optimiser {
  const { coefficients } = parts
  const directions = besides(parts, 'direction')
  const velocities = besides(parts, 'velocity')
  const momentum = coefficients.keep((_, r) => momenta[r] ?? 0)
  const whole = coefficients.scale(() => 1)
  const moves = velocities.map(({ array }, i) => {
    return { target: array, source: directions[i]!.array, keep: momentum, scale: whole }
  })
  const updates = [
    ...collected(
      directions,
      coefficients.keep(() => 0),
      coefficients,
    ),
    ...moves,
    ...descended(directions, coefficients),
    ...descended(velocities, coefficients, (r) => momenta[r] ?? 0),
  ]
  return {
    stages: [updates],
    state: asState(velocities, 'velocity'),
    scratch: directions.map(({ array }) => array),
  }
}
