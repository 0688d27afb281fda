import { criticalDecay, existenceDecay } from './gain'
import { configOf, type UfmParams } from './params'
import { antisymmetricOutlier } from './spectra'
import { collapsedSolution } from './theory'

/** Below this initial scale runs were seen to end at zero or at a rank below K (theory note 01, C8 and C9). */
const SAFE_SCALE = 0.5
/** e^{−ηλT} of an inactive direction should fall to about e⁻⁴ for the spectra to separate cleanly. */
const DECAY_TIMES = 4

interface Advice {
  readonly path: string
  readonly message: string
}

/** Warnings about settings that train, but do not show what the source describes. Theory note 01, 5.1 and 5.5. */
export function ufmAdvice(params: UfmParams): Advice[] {
  const { K, n, width, depth: L, weightDecay, learningRate, initScale, steps } = params
  const path = (name: keyof UfmParams) => `params.${name}`
  if (width < K) {
    return [
      {
        path: path('width'),
        message: `d = ${width} is below K = ${K}: the classes cannot be orthogonal and the closed forms do not apply.`,
      },
    ]
  }
  if (weightDecay === 0) {
    return [{ path: path('weightDecay'), message: 'Without weight decay nothing selects the collapsed solution.' }]
  }
  const advice: Advice[] = []
  const size = { K, n, L }
  const [critical, existence] = [criticalDecay(size), existenceDecay(size)]
  if (weightDecay >= existence) {
    const message = `λ is above λ_ex = ${short(existence)}: no collapsed solution exists and all weights go to zero.`
    advice.push({ path: path('weightDecay'), message })
  } else if (weightDecay >= critical) {
    const message =
      `λ is above λ_cr = ${short(critical)} (λ_ex = ${short(existence)}): zero is the global minimum, ` +
      'collapse is metastable and runs may end at any rank.'
    advice.push({ path: path('weightDecay'), message })
  }
  if (L >= 2 && initScale < SAFE_SCALE) {
    const message =
      'A small start leads to long plateaus, and for L ≥ 2 often to rank below K or to zero; s = 1 reaches rank K.'
    advice.push({ path: path('initScale'), message })
  }
  const config = configOf(params)
  const solution = collapsedSolution(config)
  const sharpness = solution && antisymmetricOutlier(config, solution, 'all')
  if (sharpness && learningRate * sharpness >= 2) {
    const message =
      `The Hessian's largest eigenvalue at collapse is ${short(sharpness)}: ` +
      `gradient descent is unstable there for η above ${short(2 / sharpness)}.`
    advice.push({ path: path('learningRate'), message })
  }
  if (learningRate * weightDecay * steps < DECAY_TIMES) {
    const needed = Math.ceil(DECAY_TIMES / (learningRate * weightDecay))
    const message =
      `Directions outside the K modes shrink as (1 − ηλ)^step and are still large after ${steps} steps; ` +
      `about ${needed} show the end state.`
    advice.push({ path: path('steps'), message })
  }
  return advice
}

function short(value: number): string {
  return value.toPrecision(4)
}
