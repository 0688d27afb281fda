import { convergenceAdvice, type Advice } from '../linear-network/advice'
import type { CompletionParams } from './params'

/** Warnings about settings that are refused, cannot recover Φ, or do not converge. Theory note 05, S-C and pitfalls. */
export function completionAdvice(params: CompletionParams): Advice[] {
  const { width: d, rank: r, rankEstimate, observed, factorisation, gamma } = params
  const advice: Advice[] = []
  const warn = (name: keyof CompletionParams, message: string) => advice.push({ path: `params.${name}`, message })
  if (r > d) warn('rank', `r = ${r} exceeds d = ${d}: a d × d matrix has rank d at most, and the run will be refused.`)
  const freedom = r * (2 * d - r)
  if (observed * d * d < freedom) {
    const needed = (freedom / d ** 2).toPrecision(2)
    warn(
      'observed',
      `A rank-${r} matrix has ${freedom} degrees of freedom, more than are seen; p must be above ${needed}.`,
    )
  }
  if (factorisation !== 'full') {
    if (2 * rankEstimate > d) {
      warn('rankEstimate', `2r̂ = ${2 * rankEstimate} exceeds d = ${d}, and the run will be refused.`)
    } else if (rankEstimate < r) {
      warn('rankEstimate', `r̂ = ${rankEstimate} is below r = ${r}: the compressed factors miss directions of Φ.`)
    }
  }
  if (factorisation === 'compressed' && observed < 1 && gamma === 0) {
    warn('gamma', 'With entries missing the built factors are only estimates: γ = 0 stalls, γ of 0.1 to 1 recovers Φ.')
  }
  // Only a fraction p of the squares pulls at each direction.
  return [...advice, ...convergenceAdvice({ ...params, learningRate: params.learningRate * observed })]
}
