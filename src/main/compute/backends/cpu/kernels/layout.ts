import { sizeOf, type Shape } from '../../../graph/node'
import type { Kernel } from '../../backend'
import { around, expectSize, misfit, one, type CpuCall, type CpuKernel } from './kernel'

const MAX_AXES = 6

export const transpose: CpuKernel<'transpose'> = {
  bind(call, { axes }) {
    const { inputs, output, wasm } = call
    const x = one(inputs, 'transpose')
    expectSize('transpose', output, x.size)
    if (axes.length !== x.shape.length) throw misfit('transpose', `${axes.length} axes for [${x.shape.join(', ')}]`)
    if (output.at === x.at) throw misfit('transpose', 'the output is the operand')
    const [from, to] = [x.at, output.at]
    const { extents, order } = mergeAxes(x.shape, axes)
    const [rows = 1, cols = 1] = extents
    if (order.join() === '1,0') return () => wasm.transpose(from, to, rows, cols)
    return permutation(call, from, to, extents, order)
  },
}

/** Without axes of extent 1, and with axes that stay together as one: most transposes come down to matrices. */
function mergeAxes(shape: Shape, axes: readonly number[]): { extents: number[]; order: number[] } {
  const runs: number[][] = []
  for (const axis of axes.filter((candidate) => shape[candidate] !== 1)) {
    const run = runs.at(-1)
    const isNext = run && shape.slice((run.at(-1) ?? 0) + 1, axis).every((extent) => extent === 1)
    if (run && isNext && axis > (run.at(-1) ?? 0)) run.push(axis)
    else runs.push([axis])
  }
  const sorted = [...runs].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))
  return {
    extents: sorted.map((run) => sizeOf(run.map((axis) => shape[axis] ?? 1))),
    order: runs.map((run) => sorted.indexOf(run)),
  }
}

function permutation({ wasm: { permute } }: CpuCall, from: number, to: number, extents: Shape, order: Shape): Kernel {
  if (order.length > MAX_AXES) throw misfit('transpose', `more than ${MAX_AXES} groups of axes change places`)
  const strides = extents.map((_, axis) => sizeOf(extents.slice(axis + 1)))
  const missing = Array.from({ length: MAX_AXES - order.length }, () => 0)
  const [e0 = 1, e1 = 1, e2 = 1, e3 = 1, e4 = 1, e5 = 1] = [
    ...missing.map(() => 1),
    ...order.map((axis) => extents[axis] ?? 1),
  ]
  // Without axes left, there is one element or one run.
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 1] = [...missing, ...order.map((axis) => strides[axis] ?? 1)]
  const last = order.length === 0 ? 1 : s5
  return () => permute(from, to, e0, e1, e2, e3, e4, e5, s0, s1, s2, s3, s4, last)
}

export const reshape: CpuKernel<'reshape'> = {
  bind({ inputs, output, wasm: { axpby } }) {
    const x = one(inputs, 'reshape')
    expectSize('reshape', output, x.size)
    const [from, to, n] = [x.at, output.at, x.size]
    return from === to ? () => {} : () => axpby(from, to, n, 1, 0)
  },
}

export const slice: CpuKernel<'slice'> = {
  bind({ inputs, output, wasm: { slice } }, { axis, start, extent: kept }) {
    const x = one(inputs, 'slice')
    const { outer, extent, inner } = around('slice', x.shape, axis)
    if (start < 0 || start + kept > extent) throw misfit('slice', `${start} + ${kept} exceeds ${extent}`)
    expectSize('slice', output, outer * kept * inner)
    const [from, to] = [x.at, output.at]
    return () => slice(from, to, outer, extent * inner, start * inner, kept * inner)
  },
}

export const pad: CpuKernel<'pad'> = {
  bind({ inputs, output, wasm: { pad } }, { axis, before, after }) {
    const x = one(inputs, 'pad')
    const { outer, extent, inner } = around('pad', x.shape, axis)
    expectSize('pad', output, outer * (before + extent + after) * inner)
    const [from, to] = [x.at, output.at]
    return () => pad(from, to, outer, before * inner, extent * inner, after * inner)
  },
}
