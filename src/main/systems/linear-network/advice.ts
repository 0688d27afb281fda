import { largestStableRate, plateauSteps } from './balancedMinimum'
import { keepsBlock } from './network'
import type { NetworkParams } from './params'

export interface Advice {
  readonly path: string
  readonly message: string
}

/** Warnings about settings that do not show the law of parsimony, or do not converge. Theory note 05, pitfalls. */
export function networkAdvice(params: NetworkParams): Advice[] {
  const { width: d, rank: r, init, condition } = params
  const advice: Advice[] = []
  const warn = (name: keyof NetworkParams, message: string) => advice.push({ path: `params.${name}`, message })
  if (r > d) warn('rank', `r = ${r} exceeds d = ${d}: a d × d target has rank d at most, and the run will be refused.`)
  else if (d <= 2 * r) warn('width', `d = ${d} ≤ 2r = ${2 * r} leaves no invariant block; use a width above ${2 * r}.`)
  if (init !== 'orthogonal')
    warn('init', 'Only from an orthogonal start do the blocks separate; the angles are not measured.')
  if (condition > 1) {
    warn('condition', 'Data that are not whitened keep the block approximately only, the better the smaller ε.')
  }
  if (keepsBlock(params)) advice.push(...convergenceAdvice(params))
  else warn('optimiser', 'Adam breaks the invariant block, so nothing is predicted and its angles are not measured.')
  return advice
}

/** Warnings about the step size and the length of the plateau. */
export function convergenceAdvice(given: {
  readonly largest: number
  readonly smallest: number
  readonly depth: number
  readonly initScale: number
  readonly learningRate: number
  readonly momentum: number
  readonly steps: number
  readonly condition?: number
}): Advice[] {
  const { largest, smallest, depth, initScale, learningRate, momentum, steps, condition = 1 } = given
  const advice: Advice[] = []
  // The heavy ball is stable up to 1 + β times the rate of gradient descent.
  const limit = ((1 + momentum) * largestStableRate(largest, depth)) / condition
  if (learningRate >= limit) {
    advice.push({
      path: 'params.learningRate',
      message: `At the solution the largest Hessian eigenvalue makes η ≥ ${limit.toPrecision(3)} unstable.`,
    })
  }
  const s = Math.min(smallest, largest)
  const plateau = Math.ceil(plateauSteps({ s, depth, initScale, learningRate }) * (1 - momentum))
  if (plateau > steps) {
    advice.push({
      path: 'params.steps',
      message:
        `The weakest direction stays on its plateau for about ${plateau} steps, ε^{−(L−2)}/((L−2) η s): ` +
        'use more steps or a larger ε.',
    })
  }
  return advice
}
