import type { Shape } from '../node'
import type { Op, Pair, Sliding } from '../primitive'
import { shapeError } from './definition'

/** How many windows fit along rows and columns. The rule of every image primitive, written once. */
export function windowsOf(
  op: Op,
  inputs: readonly Shape[],
  image: Pair,
  window: Pair,
  { stride, padding }: Sliding,
): Pair {
  const along = (i: 0 | 1): number => {
    const fits = image[i] + 2 * padding[i] - window[i]
    const isSound = stride[i] >= 1 && padding[i] >= 0 && padding[i] < window[i] && fits >= 0
    if (!isSound || ![stride[i], padding[i], window[i]].every(Number.isInteger)) {
      const given = `window ${window.join(' × ')}, stride ${stride.join(', ')}, padding ${padding.join(', ')}`
      throw shapeError(op, inputs, `images of at least the window, padded by less than the window (${given})`)
    }
    return Math.floor(fits / stride[i]) + 1
  }
  return [along(0), along(1)]
}

/** N × C × H × W of an input. */
export function imageShape(op: Op, inputs: readonly Shape[], i: number): readonly [number, number, number, number] {
  const [samples, channels, height, width, ...rest] = inputs[i] ?? []
  if (samples === undefined || channels === undefined || height === undefined || width === undefined || rest.length) {
    throw shapeError(op, inputs, 'arrays with four axes')
  }
  return [samples, channels, height, width]
}
