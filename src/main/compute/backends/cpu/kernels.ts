import { LabError } from '#shared/errors'
import { type Shape, sizeOf } from '../../graph/node'
import type { Op, PrimitiveOf } from '../../graph/primitive'
import type { Kernel, ScalarCell } from '../backend'
import type { CpuBuffer } from './buffer'
import type { GemmRoute } from './gemm'
import type { WasmKernels } from './wasm'

/** A KernelCall with its operands resolved. */
export interface CpuCall {
  readonly inputs: readonly CpuBuffer[]
  readonly output: CpuBuffer
  readonly scale: ScalarCell
  readonly keep: ScalarCell
  readonly wasm: WasmKernels
  readonly gemm: GemmRoute
}

interface CpuKernel<O extends Op> {
  /** Whether the kernel honours `scale` and `keep`. */
  readonly accumulates?: true
  bind(call: CpuCall, primitive: PrimitiveOf<O>): Kernel
}

/** One record per primitive: the compiler names a missing one. */
const kernels: { readonly [O in Op]: CpuKernel<O> } = {
  input: {
    bind(_call, { name }) {
      throw new LabError('internal', `The input "${name}" is uploaded, not computed.`, { name })
    },
  },
  fill: {
    bind({ output, wasm: { fill } }, { value }) {
      const { at, size } = output
      return () => fill(at, size, value)
    },
  },
  matmul: {
    accumulates: true,
    bind({ inputs, output, scale, keep, gemm }, { transposeA, transposeB, alpha }) {
      const [a, b] = two(inputs, 'matmul')
      const [rowsA, colsA] = matrixShape(a, 'matmul')
      const [rowsB, colsB] = matrixShape(b, 'matmul')
      const [m, k] = transposeA ? [colsA, rowsA] : [rowsA, colsA]
      const [kB, n] = transposeB ? [colsB, rowsB] : [rowsB, colsB]
      if (k !== kB) throw misfit('matmul', `inner dimensions ${k} and ${kB} differ`)
      expectSize('matmul', output, m * n)
      // Unlike elementwise kernels, a product reads its operands after it began to write.
      if (output.at === a.at || output.at === b.at) throw misfit('matmul', 'the output is one of the operands')
      return gemm({ transposeA, transposeB, m, n, k, alpha, scale, keep, a: a.at, b: b.at, c: output.at })
    },
  },
  add: { bind: (call) => elementwise2('add', call, call.wasm.add) },
  subtract: { bind: (call) => elementwise2('subtract', call, call.wasm.subtract) },
  multiply: { bind: (call) => elementwise2('multiply', call, call.wasm.multiply) },
  scale: {
    accumulates: true,
    bind({ inputs, output, scale, keep, wasm: { axpby } }, { factor }) {
      const x = one(inputs, 'scale')
      expectSize('scale', output, x.size)
      const [from, to, n] = [x.at, output.at, x.size]
      return () => axpby(from, to, n, factor * scale.value, keep.value)
    },
  },
  scaleBy: {
    accumulates: true,
    bind({ inputs, output, scale, keep, wasm: { axpbyBy } }) {
      const [s, x] = two(inputs, 'scaleBy')
      expectSize('scaleBy', s, 1)
      expectSize('scaleBy', output, x.size)
      const [factor, from, to, n] = [s.at, x.at, output.at, x.size]
      return () => axpbyBy(factor, from, to, n, scale.value, keep.value)
    },
  },
  relu: { bind: (call) => elementwise1('relu', call, call.wasm.relu) },
  step: { bind: (call) => elementwise1('step', call, call.wasm.step) },
  tanh: { bind: (call) => elementwise1('tanh', call, call.wasm.tanh) },
  sum: {
    bind({ inputs, output, wasm: { sum } }, { axis }) {
      const x = one(inputs, 'sum')
      const { outer, extent, inner } = around('sum', x.shape, axis)
      expectSize('sum', output, outer * inner)
      const [from, to] = [x.at, output.at]
      return () => sum(from, to, outer, extent, inner)
    },
  },
  repeat: {
    bind({ inputs, output, wasm: { repeat } }, { axis, extent }) {
      const x = one(inputs, 'repeat')
      expectSize('repeat', output, x.size * extent)
      const { outer, inner } = around('repeat', x.shape.toSpliced(axis, 0, extent), axis)
      const [from, to] = [x.at, output.at]
      return () => repeat(from, to, outer, extent, inner)
    },
  },
  total: {
    bind({ inputs, output, wasm: { total } }) {
      const x = one(inputs, 'total')
      expectSize('total', output, 1)
      const [from, to, n] = [x.at, output.at, x.size]
      return () => total(from, to, n)
    },
  },
  transpose: {
    bind({ inputs, output, wasm: { transpose } }) {
      const x = one(inputs, 'transpose')
      const [rows, cols] = matrixShape(x, 'transpose')
      expectSize('transpose', output, x.size)
      if (output.at === x.at) throw misfit('transpose', 'the output is the operand')
      const [from, to] = [x.at, output.at]
      return () => transpose(from, to, rows, cols)
    },
  },
  reshape: {
    bind({ inputs, output, wasm: { axpby } }) {
      const x = one(inputs, 'reshape')
      expectSize('reshape', output, x.size)
      const [from, to, n] = [x.at, output.at, x.size]
      return from === to ? () => {} : () => axpby(from, to, n, 1, 0)
    },
  },
  slice: {
    bind({ inputs, output, wasm: { slice } }, { axis, start, extent: kept }) {
      const x = one(inputs, 'slice')
      const { outer, extent, inner } = around('slice', x.shape, axis)
      if (start < 0 || start + kept > extent) throw misfit('slice', `${start} + ${kept} exceeds ${extent}`)
      expectSize('slice', output, outer * kept * inner)
      const [from, to] = [x.at, output.at]
      return () => slice(from, to, outer, extent * inner, start * inner, kept * inner)
    },
  },
  pad: {
    bind({ inputs, output, wasm: { pad } }, { axis, before, after }) {
      const x = one(inputs, 'pad')
      const { outer, extent, inner } = around('pad', x.shape, axis)
      expectSize('pad', output, outer * (before + extent + after) * inner)
      const [from, to] = [x.at, output.at]
      return () => pad(from, to, outer, before * inner, extent * inner, after * inner)
    },
  },
  softmax: {
    bind({ inputs, output, wasm: { softmax } }) {
      const f = one(inputs, 'softmax')
      const [K, N] = matrixShape(f, 'softmax')
      expectSize('softmax', output, f.size)
      const [from, to] = [f.at, output.at]
      return () => softmax(from, to, K, N)
    },
  },
  softmaxCrossEntropy: {
    bind({ inputs, output, wasm: { softmaxCrossEntropy } }) {
      const [f, y] = two(inputs, 'softmaxCrossEntropy')
      const [K, N] = matrixShape(f, 'softmaxCrossEntropy')
      expectSize('softmaxCrossEntropy', y, f.size)
      expectSize('softmaxCrossEntropy', output, 1)
      const [logits, targets, loss] = [f.at, y.at, output.at]
      return () => softmaxCrossEntropy(logits, targets, loss, K, N)
    },
  },
  squaredError: {
    bind({ inputs, output, wasm: { squaredError } }) {
      const [a, b] = two(inputs, 'squaredError')
      expectSize('squaredError', b, a.size)
      expectSize('squaredError', output, 1)
      const [left, right, loss, n] = [a.at, b.at, output.at, a.size]
      return () => squaredError(left, right, loss, n)
    },
  },
}

export function bindKernel<O extends Op>(primitive: PrimitiveOf<O>, call: CpuCall): Kernel {
  const kernel: CpuKernel<O> = kernels[primitive.op]
  return kernel.bind(call, primitive)
}

export function accumulates(op: Op): boolean {
  return kernels[op].accumulates ?? false
}

function elementwise1(op: Op, { inputs, output }: CpuCall, run: WasmKernels['relu']): Kernel {
  const x = one(inputs, op)
  expectSize(op, output, x.size)
  const [from, to, n] = [x.at, output.at, x.size]
  return () => run(from, to, n)
}

function elementwise2(op: Op, { inputs, output }: CpuCall, run: WasmKernels['add']): Kernel {
  const [a, b] = two(inputs, op)
  expectSize(op, b, a.size)
  expectSize(op, output, a.size)
  const [left, right, to, n] = [a.at, b.at, output.at, a.size]
  return () => run(left, right, to, n)
}

/** A shape as outer × extent × inner around one axis. */
function around(op: Op, shape: Shape, axis: number): { outer: number; extent: number; inner: number } {
  const extent = shape[axis]
  if (extent === undefined) throw misfit(op, `axis ${axis} is not one of [${shape.join(', ')}]`)
  return { outer: sizeOf(shape.slice(0, axis)), extent, inner: sizeOf(shape.slice(axis + 1)) }
}

function matrixShape(buffer: CpuBuffer, op: Op): [rows: number, cols: number] {
  const [rows, cols] = buffer.shape
  if (rows === undefined || cols === undefined || buffer.shape.length !== 2) {
    throw misfit(op, `[${buffer.shape.join(', ')}] is not a matrix`)
  }
  return [rows, cols]
}

function one(inputs: readonly CpuBuffer[], op: Op): CpuBuffer {
  const [x] = inputs
  if (!x || inputs.length !== 1) throw misfit(op, `${inputs.length} inputs instead of 1`)
  return x
}

function two(inputs: readonly CpuBuffer[], op: Op): [CpuBuffer, CpuBuffer] {
  const [a, b] = inputs
  if (!a || !b || inputs.length !== 2) throw misfit(op, `${inputs.length} inputs instead of 2`)
  return [a, b]
}

/** A kernel that writes past its buffer would damage its neighbours silently, so sizes are checked when binding. */
function expectSize(op: Op, buffer: CpuBuffer, size: number): void {
  if (buffer.size !== size) throw misfit(op, `[${buffer.shape.join(', ')}] should hold ${size} numbers`)
}

function misfit(op: Op, problem: string): LabError {
  return new LabError('shape', `Kernel ${op}: ${problem}.`, { op })
}
