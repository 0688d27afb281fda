import { importedMatrix } from '#shared/importedMatrix'
import { singularValues } from '#main/compute/linalg/index'
import { convergenceAdvice, type Advice, type Convergence } from '../linear-network/advice'
import { LARGEST_SPECTRUM } from '../linear-network/target'
import { observedEntries } from './chain'
import type { CompletionParams } from './params'
import { completionFacts, completionProblem, type CompletionFacts } from './problem'

/** Warnings about settings that are refused, cannot recover Φ, or do not converge. Theory note 05, S-C and pitfalls. */
export function completionAdvice(params: CompletionParams): Advice[] {
  const { rankEstimate, factorisation, gamma } = params
  const facts = completionFacts(params)
  const { rows, cols, values, seen } = facts
  const d = Math.min(rows, cols)
  const entries = rows * cols
  const advice: Advice[] = []
  const warn = (name: keyof CompletionParams, message: string) => advice.push({ path: `params.${name}`, message })
  const rank = values?.length ?? null
  if (rank !== null && rank > d) {
    warn('rank', `r = ${rank} exceeds d = ${d}: a d × d matrix has rank d at most, and the run will be refused.`)
  }
  // Of a matrix with gaps only the estimate is at hand.
  const sought = rank ?? rankEstimate
  const freedom = sought * (rows + cols - sought)
  if (seen < freedom && seen < entries) {
    const needed = (freedom / entries).toPrecision(2)
    const limit = importedMatrix(params.matrix) ? `${freedom} must be seen.` : `p must be above ${needed}.`
    warn('observed', `A rank-${sought} matrix has ${freedom} degrees of freedom, more than are seen; ${limit}`)
  }
  if (factorisation !== 'full') {
    if (2 * rankEstimate > d) {
      warn('rankEstimate', `2r̂ = ${2 * rankEstimate} exceeds d = ${d}, and the run will be refused.`)
    } else if (rank !== null && rankEstimate < rank) {
      warn('rankEstimate', `r̂ = ${rankEstimate} is below r = ${rank}: the inner factors miss directions of Φ.`)
    }
  }
  if (factorisation === 'compressed' && seen < entries && gamma === 0) {
    warn('gamma', 'With entries missing the built factors are only estimates: γ = 0 stalls, γ of 0.1 to 1 recovers Φ.')
  }
  const convergence = completionConvergence(params)
  return convergence ? [...advice, ...convergenceAdvice(convergence)] : advice
}

/** Of the observed squares: only their fraction pulls at each direction. Null where Φ is too large to know it at once. */
export function completionConvergence(params: CompletionParams): Convergence | null {
  const facts = completionFacts(params)
  if (!facts.values && Math.min(facts.rows, facts.cols) > LARGEST_SPECTRUM) return null
  const fraction = facts.seen / (facts.rows * facts.cols)
  return { ...params, ...extremes(params, facts), learningRate: params.learningRate * fraction }
}

/** The largest singular value of Φ and the smallest that is sought; of a matrix with gaps those of Ψ/p stand for them. */
function extremes(params: CompletionParams, { values, rows, cols, seen }: CompletionFacts) {
  if (values) return { largest: values[0] ?? 0, smallest: values.at(-1) ?? 0 }
  const surrogate = singularValues(observedEntries(completionProblem(params)))
  const scale = (rows * cols) / seen
  const sought = Math.min(params.rankEstimate, surrogate.length)
  return { largest: surrogate[0]! * scale, smallest: surrogate[sought - 1]! * scale }
}
