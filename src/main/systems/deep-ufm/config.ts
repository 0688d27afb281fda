import { LabError } from '#shared/errors'

/**
 * Sizes and weight decays of a deep unconstrained feature model: H_1 is d_1 × N with N = K n, W_l is d_{l+1} × d_l for
 * l < L and W_L is K × d_L. Theory note 01, section 2.
 */
export interface UfmConfig {
  /** Number of classes. */
  readonly K: number
  /** Samples per class; where classes differ in size, `classSizes` counts. */
  readonly n: number
  /** n_1 … n_K where classes differ in size. The closed forms need balanced classes. */
  readonly classSizes?: readonly number[]
  /** d_1 … d_L; their number is the depth L. */
  readonly widths: readonly number[]
  /** λ_H; enters the loss as λ_H/2 ‖H_1‖². */
  readonly lamH: number
  /** λ_1 … λ_L; enter the loss as λ_l/2 ‖W_l‖². */
  readonly lamW: readonly number[]
}

/** The configuration with the same width in every layer and the same λ for every factor. */
export function uniformConfig(given: {
  K: number
  n: number
  depth: number
  width: number
  lambda: number
}): UfmConfig {
  const { K, n, depth, width, lambda } = given
  return { K, n, widths: Array(depth).fill(width), lamH: lambda, lamW: Array(depth).fill(lambda) }
}

/** L, the number of weight matrices. */
export function depthOf(config: UfmConfig): number {
  return config.widths.length
}

/** n_1 … n_K. */
export function classSizesOf({ K, n, classSizes }: Pick<UfmConfig, 'K' | 'n' | 'classSizes'>): readonly number[] {
  return classSizes ?? Array<number>(K).fill(n)
}

/** N, the number of samples. */
export function samplesOf(config: UfmConfig): number {
  return classSizesOf(config).reduce((sum, size) => sum + size, 0)
}

/** λ of every factor in the order H_1, W_1 … W_L. */
export function factorDecays(config: UfmConfig): number[] {
  return [config.lamH, ...config.lamW]
}

/** (λ_H Π λ_l)^{1/(L+1)}: by rescaling the factors, every penalty is that of the equal decays of this size. */
export function meanDecay(config: UfmConfig): number {
  const decays = factorDecays(config)
  return Math.exp(decays.reduce((sum, lambda) => sum + Math.log(lambda), 0) / decays.length)
}

/** Rows and columns of every factor in the order H_1, W_1 … W_L. */
export function factorShapes(config: UfmConfig): [rows: number, cols: number][] {
  const { K, widths } = config
  const outputs = [...widths.slice(1), K]
  return [[widths[0]!, samplesOf(config)], ...widths.map((width, i): [number, number] => [outputs[i]!, width])]
}

/** Whether the closed forms apply: every width at least K, every decay positive, classes of one size. */
export function hasClosedForms(config: UfmConfig): boolean {
  const { K, widths, classSizes } = config
  return !classSizes && widths.every((width) => width >= K) && factorDecays(config).every((lambda) => lambda > 0)
}

/**
 * @throws LabError 'bad-input' where the closed forms do not apply: another number of decays than of widths, a width below
 *   K, a decay that is not positive, or classes of different sizes
 */
export function checkConfig({ K, n, classSizes, widths, lamH, lamW }: UfmConfig): void {
  if (widths.length < 1 || widths.length !== lamW.length) {
    throw new LabError(
      'bad-input',
      `UFM: ${widths.length} widths and ${lamW.length} weight decays; give one of each per layer, and at least one layer.`,
    )
  }
  if (!Number.isInteger(K) || K < 2 || !Number.isInteger(n) || n < 1) {
    throw new LabError('bad-input', `UFM: K = ${K}, n = ${n}; give whole numbers K ≥ 2 and n ≥ 1.`, { K, n })
  }
  if (classSizes) {
    const sizes = classSizes.join(', ')
    throw new LabError('bad-input', `UFM: classes of ${sizes} samples; the closed forms need classes of one size.`)
  }
  const narrow = widths.findIndex((width) => !(width >= K))
  if (narrow >= 0) {
    throw new LabError(
      'bad-input',
      `UFM: width ${widths[narrow]} of layer ${narrow + 1} is below K = ${K}; the closed forms need d_l ≥ K everywhere.`,
      { K, layer: narrow + 1 },
    )
  }
  const decay = [lamH, ...lamW].findIndex((lambda) => !(lambda > 0))
  if (decay >= 0) {
    const name = decay === 0 ? 'λ_H' : `λ_${decay}`
    throw new LabError('bad-input', `UFM: ${name} is not positive; the closed forms need weight decay on every factor.`)
  }
}
