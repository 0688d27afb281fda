import type { Kernel } from '../../backend'
import type { WasmKernels } from '../wasm'
import { around, expectSize, matrixShape, one, two, type CpuCall, type CpuKernel } from './kernel'

export const sum: CpuKernel<'sum'> = {
  bind: (call, { axis }) => reduction('sum', call, axis, call.wasm.sum),
}

export const logSumExp: CpuKernel<'logSumExp'> = {
  bind: (call, { axis }) => reduction('logSumExp', call, axis, call.wasm.logSumExp),
}

export const repeat: CpuKernel<'repeat'> = {
  bind({ inputs, output, wasm: { repeat } }, { axis, extent }) {
    const x = one(inputs, 'repeat')
    expectSize('repeat', output, x.size * extent)
    const { outer, inner } = around('repeat', x.shape.toSpliced(axis, 0, extent), axis)
    const [from, to] = [x.at, output.at]
    return () => repeat(from, to, outer, extent, inner)
  },
}

export const total: CpuKernel<'total'> = {
  bind({ inputs, output, wasm: { total } }) {
    const x = one(inputs, 'total')
    expectSize('total', output, 1)
    const [from, to, n] = [x.at, output.at, x.size]
    return () => total(from, to, n)
  },
}

export const softmax: CpuKernel<'softmax'> = {
  bind({ inputs, output, wasm: { softmax } }, { axis }) {
    const x = one(inputs, 'softmax')
    const { outer, extent, inner } = around('softmax', x.shape, axis)
    expectSize('softmax', output, x.size)
    const [from, to] = [x.at, output.at]
    return () => softmax(from, to, outer, extent, inner)
  },
}

export const softmaxError: CpuKernel<'softmaxError'> = {
  bind({ inputs, output, wasm: { softmaxError } }) {
    const [f, y] = two(inputs, 'softmaxError')
    const [K, N] = matrixShape(f, 'softmaxError')
    expectSize('softmaxError', y, f.size)
    expectSize('softmaxError', output, f.size)
    const [logits, targets, to] = [f.at, y.at, output.at]
    return () => softmaxError(logits, targets, to, K, N)
  },
}

export const softmaxCrossEntropy: CpuKernel<'softmaxCrossEntropy'> = {
  bind({ inputs, output, wasm: { softmaxCrossEntropy } }) {
    const [f, y] = two(inputs, 'softmaxCrossEntropy')
    const [K, N] = matrixShape(f, 'softmaxCrossEntropy')
    expectSize('softmaxCrossEntropy', y, f.size)
    expectSize('softmaxCrossEntropy', output, 1)
    const [logits, targets, loss] = [f.at, y.at, output.at]
    return () => softmaxCrossEntropy(logits, targets, loss, K, N)
  },
}

export const squaredError: CpuKernel<'squaredError'> = {
  bind({ inputs, output, wasm: { squaredError } }) {
    const [a, b] = two(inputs, 'squaredError')
    expectSize('squaredError', b, a.size)
    expectSize('squaredError', output, 1)
    const [left, right, loss, n] = [a.at, b.at, output.at, a.size]
    return () => squaredError(left, right, loss, n)
  },
}

function reduction(
  op: 'sum' | 'logSumExp',
  { inputs, output }: CpuCall,
  axis: number,
  run: WasmKernels['sum'],
): Kernel {
  const x = one(inputs, op)
  const { outer, extent, inner } = around(op, x.shape, axis)
  expectSize(op, output, outer * inner)
  const [from, to] = [x.at, output.at]
  return () => run(from, to, outer, extent, inner)
}
