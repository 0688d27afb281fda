import { adam, GRADIENT_DESCENT, heavyBall, type OptimiserSpec } from '#main/core/optimiser'

/** One of each kind, for tests that every optimiser has to pass. */
export const optimisers: readonly { readonly name: string; readonly spec: OptimiserSpec }[] = [
  { name: 'gradient descent', spec: GRADIENT_DESCENT },
  { name: 'the heavy ball', spec: heavyBall(0.9) },
  { name: 'Nesterov', spec: { kind: 'nesterov', momentum: 0.9 } },
  { name: 'Adam', spec: adam('coupled') },
  { name: 'AdamW', spec: adam('decoupled') },
  { name: 'normalised descent', spec: { kind: 'normalised', weightShare: 0.1, logitChange: 0.3 } },
]
