import type { Op } from '../../../graph/primitive'
import type { Kernel } from '../../backend'
import type { CpuBuffer } from '../buffer'
import type { WasmKernels } from '../wasm'
import { expectReplicas, expectSize, misfit, one, two, type CpuCall, type CpuKernel } from './kernel'

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
  accumulates: 'each replica',
  bind(call, { factor }) {
    const { inputs, output, scale, keep, replicas } = call
    const { axpby } = call.wasm
    const x = one(inputs, 'scale')
    expectSize('scale', output, x.size)
    if (replicas) return scaledStack('scale', call, null, x, factor)
    const [from, to, n] = [x.at, output.at, x.size]
    return () => axpby(from, to, n, factor * scale.value, keep.value)
  },
}

export const scaleBy: CpuKernel<'scaleBy'> = {
  accumulates: 'each replica',
  bind(call) {
    const { inputs, output, scale, keep, replicas } = call
    const { axpbyBy } = call.wasm
    const [s, x] = two(inputs, 'scaleBy')
    expectSize('scaleBy', s, 1)
    expectSize('scaleBy', output, x.size)
    if (replicas) return scaledStack('scaleBy', call, s, x, 1)
    const [factor, from, to, n] = [s.at, x.at, output.at, x.size]
    return () => axpbyBy(factor, from, to, n, scale.value, keep.value)
  },
}

/** Part by part of the output's first axis: y ← keep · y + scale · factor · x, or s · x with an s for all or for each. */
export function scaledStack(op: Op, call: CpuCall, s: CpuBuffer | null, x: CpuBuffer, factor: number): Kernel {
  const { output, scale, keep, replicas, wasm } = call
  const [count = 1] = output.shape
  const n = output.size / count
  expectReplicas(op, call)
  const [at, from, to] = [s?.at ?? 0, x.at, output.at]
  const [stepS, stepX] = [s && s.size > 1 ? s.numberBytes : 0, x.size > n ? n * x.numberBytes : 0]
  const [scales, keeps] = [replicas?.scale.at ?? 0, replicas?.keep.at ?? 0]
  const { axpbyStack } = wasm
  return () => axpbyStack(count, n, factor, at, stepS, from, stepX, to, scale.value, keep.value, scales, keeps)
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
