import type { ClassifierParams } from './params'

interface Advice {
  readonly path: string
  readonly message: string
}

/** Warnings about settings that do not show neural collapse, or do not train. */
export function classifierAdvice(params: ClassifierParams): Advice[] {
  const { K, n, width, depth, weightDecay, batchSize, optimiser, learningRate, warmUp, steps } = params
  const advice: Advice[] = []
  const warn = (name: keyof ClassifierParams, message: string) => advice.push({ path: `params.${name}`, message })
  if (batchSize > K * n) {
    warn(
      'batchSize',
      `B = ${batchSize} exceeds the N = ${K * n} training images and will be refused; 0 takes them all.`,
    )
  }
  if (depth > 1 && width < K - 1) {
    warn('width', `d = ${width} is below K − 1 = ${K - 1}: the class means cannot form the frame of neural collapse.`)
  }
  if (weightDecay === 0) {
    warn('weightDecay', 'Without weight decay the weights of a cross-entropy network grow without bound.')
  }
  if (optimiser.startsWith('adam') && learningRate > 0.01) {
    warn('learningRate', `Adam moves every weight by about η a step: ${learningRate} is large, 0.001 is usual.`)
  }
  if (warmUp >= steps) warn('warmUp', `The run ends after ${steps} steps, within the warm-up of ${warmUp}.`)
  if (n === 1) warn('n', 'With one image per class there is no within-class variability to collapse.')
  return advice
}
