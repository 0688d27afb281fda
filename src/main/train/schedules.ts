/** η at a step counted from 0. */
export type LearningRate = (step: number) => number

export function constantRate(rate: number): LearningRate {
  return () => rate
}

/** Multiplies by `factor` at each of the given fractions of the run. */
export function stepRate(rate: number, steps: number, fractions: readonly number[], factor: number): LearningRate {
  const drops = fractions.map((fraction) => Math.round(fraction * steps))
  return (step) => rate * factor ** drops.filter((drop) => step >= drop).length
}

/** From `rate` at step 0 to 0 after the last step along half a cosine (Loshchilov & Hutter 2017, eq. 5, one cycle). */
export function cosineRate(rate: number, steps: number): LearningRate {
  return (step) => (rate * (1 + Math.cos((Math.PI * step) / steps))) / 2
}

/** A schedule after `steps` steps in which η rises linearly to its first value: at step s it is (s + 1)/steps of that. */
export function warmedUp(rate: LearningRate, steps: number): LearningRate {
  return (step) => (step < steps ? (rate(0) * (step + 1)) / steps : rate(step - steps))
}
