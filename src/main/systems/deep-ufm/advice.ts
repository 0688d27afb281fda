import { configOf, variantOf, type UfmParams } from './params'
import { depthOf, factorDecays, hasClosedForms, meanDecay, type UfmConfig } from './config'
import { simplexSolution, simplexThresholds } from './crossEntropy'
import { criticalDecay, existenceDecay } from './gain'
import type { UfmVariant } from './model'
import { simplexFullLevels } from './simplexSpectra'
import { antisymmetricOutlier } from './spectra'
import { pairStructure, polygonStructure } from './structures'
import { collapsedSolution } from './theory'

/** Below this initial scale runs were seen to end at zero or at a rank below K (theory note 01, C8 and C9; 02, C6). */
const SAFE_SCALE = 0.5
/** e^{−ηλT} of an inactive direction should fall to about e⁻⁴ for the spectra to separate cleanly. */
const DECAY_TIMES = 4
/** To convergence it takes about 20/(ηλ) steps, twice that for K ≥ 6 (theory note 02, prevalence sweep recipe). */
const CONVERGENCE_TIMES = 20
const MANY_CLASSES = 6

interface Advice {
  readonly path: string
  readonly message: string
}

/** Warnings about settings that train, but do not show what the source describes. Theory notes 01, 5; 02, D2 and C6. */
export function ufmAdvice(params: UfmParams): Advice[] {
  const config = configOf(params)
  const variant = variantOf(params)
  const lists = listAdvice(params)
  if (config.classSizes) {
    const message = 'The closed forms need classes of one size: no prediction is drawn for unbalanced ones.'
    return [...lists, { path: path('classSizes'), message }, ...budgetAdvice(params, config, variant)]
  }
  const narrow = config.widths.find((width) => width < config.K)
  if (narrow !== undefined) {
    const message = `d = ${narrow} is below K = ${config.K}: the classes cannot be orthogonal and the closed forms do not apply.`
    const narrowPath = path(params.widths.length > 0 ? 'widths' : 'width')
    return [...lists, { path: narrowPath, message }, ...budgetAdvice(params, config, variant)]
  }
  if (!hasClosedForms(config)) {
    const message = 'Without weight decay nothing selects the collapsed solution.'
    return [...lists, { path: decayPath(params), message }]
  }
  return [
    ...lists,
    ...decayAdvice(params, config, variant),
    ...scaleAdvice(params),
    ...rateAdvice(params, config, variant),
    ...budgetAdvice(params, config, variant),
  ]
}

/** A list that is neither empty, one value for all, nor one for each. */
function listAdvice({ classSizes, K, widths, weightDecays, depth }: UfmParams): Advice[] {
  const expected = [
    ['classSizes', classSizes.length, K],
    ['widths', widths.length, depth],
    ['weightDecays', weightDecays.length, depth + 1],
  ] as const
  return expected.flatMap(([name, given, needed]) => {
    if (given <= 1 || given === needed) return []
    const effect = given < needed ? `the last one holds for the other ${needed - given}` : `only ${needed} are used`
    return [{ path: path(name), message: `${given} values are given and ${needed} are needed: ${effect}.` }]
  })
}

function decayAdvice(params: UfmParams, config: UfmConfig, { loss }: UfmVariant): Advice[] {
  const size = { K: config.K, n: config.n, L: depthOf(config) }
  const decay = meanDecay(config)
  const thresholds = loss === 'ce' ? simplexThresholds(size) : null
  const existence = thresholds?.exist ?? existenceDecay(size)
  const critical = thresholds?.zero ?? criticalDecay(size)
  const name = (threshold: 'ex' | 'cr') => (thresholds ? { ex: 'λ_exist', cr: 'λ_zero' }[threshold] : `λ_${threshold}`)
  const advise = (message: string) => [{ path: decayPath(params), message }]
  if (decay >= existence) {
    const rival = thresholds && (pairStructure(config) ?? polygonStructure(config))
    const end = rival ? 'runs end at a structure of lower rank or at zero' : 'all weights go to zero'
    return advise(`λ is above ${name('ex')} = ${short(existence)}: no collapsed solution exists and ${end}.`)
  }
  if (decay >= critical) {
    return advise(
      `λ is above ${name('cr')} = ${short(critical)} (${name('ex')} = ${short(existence)}): zero is ` +
        `${thresholds ? 'better than collapse' : 'the global minimum'}, collapse is metastable and runs may end at any rank.`,
    )
  }
  if (thresholds?.psd && decay > thresholds.psd) {
    return advise(
      `λ is above λ_psd = ${short(thresholds.psd)}: neural collapse is a strict saddle and runs leave it for lower rank.`,
    )
  }
  return []
}

function scaleAdvice({ depth, init, initScale }: UfmParams): Advice[] {
  if (depth === 1 || init === 'closedForm' || initScale >= SAFE_SCALE) return []
  const message =
    'A small start leads to long plateaus, and for L ≥ 2 often to rank below K or to zero; s = 1 reaches rank K.'
  return [{ path: path('initScale'), message }]
}

function rateAdvice({ learningRate }: UfmParams, config: UfmConfig, { loss, activation }: UfmVariant): Advice[] {
  const sharpness = activation === 'linear' ? collapseSharpness(config, loss) : null
  if (!sharpness || learningRate * sharpness < 2) return []
  const message =
    `The Hessian's largest eigenvalue at collapse is ${short(sharpness)}: ` +
    `gradient descent is unstable there for η above ${short(2 / sharpness)}.`
  return [{ path: path('learningRate'), message }]
}

/** Steps until directions unseen by the loss are gone: of every model with weight decay, whether theory knows its end or not. */
function budgetAdvice(params: UfmParams, config: UfmConfig, { loss }: Pick<UfmVariant, 'loss'>): Advice[] {
  const { K, learningRate, steps, gradientTolerance } = params
  const smallest = Math.min(...factorDecays(config))
  if (smallest <= 0) return []
  const toConvergence = loss === 'ce' || gradientTolerance > 0
  const times = toConvergence ? CONVERGENCE_TIMES * (K >= MANY_CLASSES ? 2 : 1) : DECAY_TIMES
  const needed = Math.ceil(times / (learningRate * smallest))
  if (steps >= needed) return []
  const message = toConvergence
    ? `A verdict needs a converged run: directions unseen by the loss shrink as (1 − ηλ)^step. ` +
      `Budget about ${needed} steps, ${times}/(ηλ).`
    : `Directions outside the K modes shrink as (1 − ηλ)^step and are still large after ${steps} steps; ` +
      `about ${needed} show the end state.`
  return [{ path: path('steps'), message }]
}

/** Largest eigenvalue of the Hessian at collapse; null where there is none, or no closed form of it. */
function collapseSharpness(config: UfmConfig, loss: UfmVariant['loss']): number | null {
  if (loss === 'mse') {
    const solution = collapsedSolution(config)
    return solution && antisymmetricOutlier(config, solution, 'all')
  }
  const solution = simplexSolution(config)
  if (!solution || factorDecays(config).some((lambda) => lambda !== config.lamH)) return null
  return Math.max(...simplexFullLevels(config, solution).map(({ value }) => value))
}

function decayPath({ weightDecays }: UfmParams): string {
  return path(weightDecays.length > 0 ? 'weightDecays' : 'weightDecay')
}

function path(name: keyof UfmParams): string {
  return `params.${name}`
}

function short(value: number): string {
  return value.toPrecision(4)
}
