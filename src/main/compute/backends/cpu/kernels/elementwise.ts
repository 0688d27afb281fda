import type { Op } from '../../../graph/primitive'
import type { Kernel } from '../../backend'
import type { WasmKernels } from '../wasm'
import { expectSize, misfit, one, two, type CpuCall, type CpuKernel } from './kernel'

export const add: CpuKernel<'add'> = { bind: (call) => binary('add', call, call.wasm.add) }
export const subtract: CpuKernel<'subtract'> = { bind: (call) => binary('subtract', call, call.wasm.subtract) }
export const multiply: CpuKernel<'multiply'> = { bind: (call) => binary('multiply', call, call.wasm.multiply) }
export const divide: CpuKernel<'divide'> = { bind: (call) => binary('divide', call, call.wasm.divide) }
export const greater: CpuKernel<'greater'> = { bind: (call) => binary('greater', call, call.wasm.greater) }

export const relu: CpuKernel<'relu'> = { bind: (call) => unary('relu', call, call.wasm.relu) }
export const step: CpuKernel<'step'> = { bind: (call) => unary('step', call, call.wasm.step) }
export const tanh: CpuKernel<'tanh'> = { bind: (call) => unary('tanh', call, call.wasm.tanh) }
export const sigmoid: CpuKernel<'sigmoid'> = { bind: (call) => unary('sigmoid', call, call.wasm.sigmoid) }
export const softplus: CpuKernel<'softplus'> = { bind: (call) => unary('softplus', call, call.wasm.softplus) }
export const normalCdf: CpuKernel<'normalCdf'> = { bind: (call) => unary('normalCdf', call, call.wasm.normalCdf) }
export const exp: CpuKernel<'exp'> = { bind: (call) => unary('exp', call, call.wasm.exp) }
export const log: CpuKernel<'log'> = { bind: (call) => unary('log', call, call.wasm.log) }
export const log1p: CpuKernel<'log1p'> = { bind: (call) => unary('log1p', call, call.wasm.log1p) }

export const power: CpuKernel<'power'> = {
  bind({ inputs, output, wasm: { power } }, { exponent }) {
    const x = one(inputs, 'power')
    expectSize('power', output, x.size)
    const [from, to, n] = [x.at, output.at, x.size]
    return () => power(from, to, n, exponent)
  },
}

export const where: CpuKernel<'where'> = {
  bind({ inputs, output, wasm: { where } }) {
    const [condition, a, b] = inputs
    if (!condition || !a || !b || inputs.length !== 3) throw misfit('where', `${inputs.length} inputs instead of 3`)
    for (const buffer of [a, b, output]) expectSize('where', buffer, condition.size)
    const [choice, left, right, to, n] = [condition.at, a.at, b.at, output.at, output.size]
    return () => where(choice, left, right, to, n)
  },
}

export const scale: CpuKernel<'scale'> = {
  accumulates: true,
  bind({ inputs, output, scale, keep, wasm: { axpby } }, { factor }) {
    const x = one(inputs, 'scale')
    expectSize('scale', output, x.size)
    const [from, to, n] = [x.at, output.at, x.size]
    return () => axpby(from, to, n, factor * scale.value, keep.value)
  },
}

export const scaleBy: CpuKernel<'scaleBy'> = {
  accumulates: true,
  bind({ inputs, output, scale, keep, wasm: { axpbyBy } }) {
    const [s, x] = two(inputs, 'scaleBy')
    expectSize('scaleBy', s, 1)
    expectSize('scaleBy', output, x.size)
    const [factor, from, to, n] = [s.at, x.at, output.at, x.size]
    return () => axpbyBy(factor, from, to, n, scale.value, keep.value)
  },
}

export const fill: CpuKernel<'fill'> = {
  bind({ output, wasm: { fill } }, { value }) {
    const { at, size } = output
    return () => fill(at, size, value)
  },
}

function unary(op: Op, { inputs, output }: CpuCall, run: WasmKernels['relu']): Kernel {
  const x = one(inputs, op)
  expectSize(op, output, x.size)
  const [from, to, n] = [x.at, output.at, x.size]
  return () => run(from, to, n)
}

function binary(op: Op, { inputs, output }: CpuCall, run: WasmKernels['add']): Kernel {
  const [a, b] = two(inputs, op)
  expectSize(op, b, a.size)
  expectSize(op, output, a.size)
  const [left, right, to, n] = [a.at, b.at, output.at, a.size]
  return () => run(left, right, to, n)
}
