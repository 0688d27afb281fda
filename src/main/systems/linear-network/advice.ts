import { largestStableRate, plateauSteps } from './balancedMinimum'
import { takesFixedSteps } from './network'
import type { NetworkParams } from './params'
import { blockSize, networkTarget } from './target'

export interface Advice {
  readonly path: string
  readonly message: string
}

/** Why the theory says nothing of an optimiser. */
const WHY_NOT: Readonly<Record<string, string>> = {
  adam: 'Adam breaks the invariant block.',
  normalised: 'Normalised steps are as long as the run makes them, so that ρ is not known beforehand.',
}

/** Warnings about settings that do not show the law of parsimony, or do not converge. Theory note 05, pitfalls. */
export function networkAdvice(params: NetworkParams): Advice[] {
  const { init, condition } = params
  const target = networkTarget(params)
  const { width: d, values, imported } = target
  const r = values.length
  const advice: Advice[] = []
  const warn = (name: keyof NetworkParams, message: string) => advice.push({ path: `params.${name}`, message })
  if (r > d) warn('rank', `r = ${r} exceeds d = ${d}: a d × d target has rank d at most, and the run will be refused.`)
  else if (blockSize(target) === 0) {
    if (imported) warn('target', `Its rank ${r} leaves no invariant block at width ${d}, so none will be measured.`)
    else warn('width', `d = ${d} ≤ 2r = ${2 * r} leaves no invariant block; use a width above ${2 * r}.`)
  }
  if (init !== 'orthogonal')
    warn('init', 'Only from an orthogonal start do the blocks separate; the angles are not measured.')
  if (condition > 1) {
    warn('condition', 'Data that are not whitened keep the block approximately only, the better the smaller ε.')
  }
  const convergence = networkConvergence(params)
  if (convergence) advice.push(...convergenceAdvice(convergence))
  else warn('optimiser', `${WHY_NOT[params.optimiser] ?? ''} Nothing is predicted, and no angles are measured.`)
  return advice
}

/** What decides how fast a linear network learns, and whether it does. */
export interface Convergence {
  /** s_1 and s_r of the target. */
  readonly largest: number
  readonly smallest: number
  readonly depth: number
  readonly initScale: number
  readonly learningRate: number
  readonly momentum: number
  readonly steps: number
  readonly condition?: number
}

/** Null where the optimiser follows no flow that the plateau is known of. */
export function networkConvergence(params: NetworkParams): Convergence | null {
  const { values } = networkTarget(params)
  return takesFixedSteps(params) ? { ...params, largest: values[0]!, smallest: values.at(-1)! } : null
}

/** Steps until a direction of strength s leaves its plateau; the heavy ball takes 1 − β of those of gradient descent. */
export function plateauLength({ depth, initScale, learningRate, momentum }: Convergence, s: number): number {
  return plateauSteps({ s, depth, initScale, learningRate }) * (1 - momentum)
}

/** Warnings about the step size and the length of the plateau. */
export function convergenceAdvice(given: Convergence): Advice[] {
  const { largest, smallest, depth, learningRate, momentum, steps, condition = 1 } = given
  const advice: Advice[] = []
  // The heavy ball is stable up to 1 + β times the rate of gradient descent.
  const limit = ((1 + momentum) * largestStableRate(largest, depth)) / condition
  if (learningRate >= limit) {
    advice.push({
      path: 'params.learningRate',
      message: `At the solution the largest Hessian eigenvalue makes η ≥ ${limit.toPrecision(3)} unstable.`,
    })
  }
  const plateau = Math.ceil(plateauLength(given, Math.min(smallest, largest)))
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
