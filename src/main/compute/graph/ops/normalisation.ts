import { LabError } from '#shared/errors'
import type { Node } from '../node'
import { add, fill, multiply, power, subtract } from './arithmetic'
import { mean, repeatOver } from './reductions'

export interface Moments {
  readonly mean: Node
  readonly variance: Node
}

/** Mean and variance (divided by the number of elements) over axes, which disappear. Deviations are squared, never x. */
export function moments(x: Node, axes: readonly number[]): Moments {
  const centre = mean(x, axes)
  const deviation = subtract(x, repeatOver(centre, axes, x.shape))
  return { mean: centre, variance: mean(multiply(deviation, deviation), axes) }
}

/** (x − mean) / √(variance + epsilon) with moments over these axes: those given, or those of x. */
export function normalise(
  x: Node,
  axes: readonly number[],
  { epsilon = 1e-5, by }: { epsilon?: number; by?: Moments } = {},
): Node {
  const { mean: centre, variance } = by ?? moments(x, axes)
  const shrinking = power(add(variance, fill(x, variance.shape, epsilon)), -0.5)
  return multiply(subtract(x, repeatOver(centre, axes, x.shape)), repeatOver(shrinking, axes, x.shape))
}

export interface Affine {
  readonly gain: Node
  readonly bias: Node
}

/**
 * Normalises each channel (axis 1 of N × C × …, axis 0 of features d × N: say which) over all other axes, then applies
 * gain and bias of shape [C]. With `by`, the moments are the given ones: running averages, after training.
 * Ioffe & Szegedy 2015, arXiv:1502.03167.
 */
export function batchNorm(
  x: Node,
  channelAxis: number,
  { gain, bias }: Affine,
  options: { epsilon?: number; by?: Moments } = {},
): Node {
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== channelAxis)
  return affine(normalise(x, axes, options), axes, { gain, bias })
}

/** Normalises each sample over the given axes, then applies gain and bias of these axes' shape. Ba et al. 2016, arXiv:1607.06450. */
export function layerNorm(
  x: Node,
  axes: readonly number[],
  { gain, bias }: Affine,
  options: { epsilon?: number } = {},
): Node {
  const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  return affine(normalise(x, axes, options), others, { gain, bias })
}

function affine(x: Node, axes: readonly number[], { gain, bias }: Affine): Node {
  const expected = x.shape.filter((_, axis) => !axes.includes(axis))
  for (const { shape } of [gain, bias]) {
    if (shape.join() !== expected.join()) {
      throw new LabError('shape', `normalisation: gain or bias is [${shape.join()}], expected [${expected.join()}].`)
    }
  }
  return add(multiply(x, repeatOver(gain, axes, x.shape)), repeatOver(bias, axes, x.shape))
}
