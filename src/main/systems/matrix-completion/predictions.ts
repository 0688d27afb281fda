import type { Prediction } from '#shared/records'
import { rhoOf } from '../linear-network/rho'
import { trainedCount } from './chain'
import type { CompletionParams } from './params'
import { completionFactors, completionFacts } from './problem'

const SOURCE = 'Yaras et al. 2023, arXiv:2306.01154; theory note 05, S-C'

/** The parameter count, and for full observation the singular values of product and layers at the end of training. */
export function completionPredictions(params: CompletionParams): Prediction[] {
  const { rankEstimate, factorisation, depth, momentum, initScale, learningRate, steps } = params
  const { rows, cols, values, seen } = completionFacts(params)
  const d = Math.min(rows, cols)
  if (factorisation !== 'full' && 2 * rankEstimate > d) return []
  const level = (value: number, copies: number, label: string) => ({ value, copies, label })
  const count: Prediction = {
    quantity: 'trainedParameters',
    layer: null,
    levels: [level(trainedCount(completionFactors(params)), 1, 'trained')],
    formula: 'full L d²; compressed L (2r̂)², with factors + 4 d r̂; narrow 4 d r̂ + (L − 2)(2r̂)²',
    source: SOURCE,
  }
  const r = values?.length ?? 0
  if (!values || seen < rows * cols || (factorisation !== 'full' && rankEstimate < r)) return [count]
  const dynamics = { outputCase: 2, depth, initScale, learningRate, weightDecay: 0, momentum } as const
  const rho = rhoOf(dynamics)(steps)
  const hasBlock = factorisation === 'full' && rows === cols && d > 2 * r && Number.isFinite(rho)
  const learned = (value: number) => ({ ...level(value, 1, 'learned'), role: 'learned' as const })
  const block = (power: number) => (hasBlock ? [level(rho ** power, d - 2 * r, 'invariant')] : [])
  const formula = 's_i, r times; ρ(T)^L, d − 2r times (full); r others'
  return [
    count,
    {
      quantity: 'productSingularValues',
      layer: null,
      levels: [...values.map((s) => learned(s)), ...block(depth)],
      formula,
      source: SOURCE,
    },
    ...Array.from({ length: depth }, (_, i): Prediction => ({
      quantity: 'singularValues',
      layer: i + 1,
      levels: [...values.map((s) => learned(s ** (1 / depth))), ...block(1)],
      formula: 's_i^{1/L}, r times; ρ(T), d − 2r times (full); r others',
      source: SOURCE,
    })),
  ]
}
