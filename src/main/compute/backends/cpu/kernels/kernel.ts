import { LabError } from '#shared/errors'
import { type Shape, sizeOf } from '../../../graph/node'
import type { Op, PrimitiveOf } from '../../../graph/primitive'
import type { Kernel, ScalarCell } from '../../backend'
import type { CpuBuffer } from '../buffer'
import type { GemmRoute } from '../gemm'
import type { Scratch } from '../scratch'
import type { WasmKernels } from '../wasm'

/** One number for each index of the output's first axis. */
export interface ReplicaCoefficients {
  readonly scale: CpuBuffer
  readonly keep: CpuBuffer
}

/** A KernelCall with its operands resolved. */
export interface CpuCall {
  readonly inputs: readonly CpuBuffer[]
  readonly output: CpuBuffer
  readonly scale: ScalarCell
  readonly keep: ScalarCell
  /** Where these differ between replicas: they then take the place of scale and keep. */
  readonly replicas: ReplicaCoefficients | null
  readonly wasm: WasmKernels
  readonly gemm: GemmRoute
  readonly scratch: Scratch
}

export interface CpuKernel<O extends Op> {
  /** Whether the kernel honours `scale` and `keep`, and whether these may differ between replicas. */
  readonly accumulates?: true | 'each replica'
  bind(call: CpuCall, primitive: PrimitiveOf<O>): Kernel
}

/** Coefficients that never change. */
export const ZERO: ScalarCell = Object.freeze({ value: 0 })
export const ONE: ScalarCell = Object.freeze({ value: 1 })

/** A shape as outer × extent × inner around one axis. */
export function around(op: Op, shape: Shape, axis: number): { outer: number; extent: number; inner: number } {
  const extent = shape[axis]
  if (extent === undefined) throw misfit(op, `axis ${axis} is not one of [${shape.join(', ')}]`)
  return { outer: sizeOf(shape.slice(0, axis)), extent, inner: sizeOf(shape.slice(axis + 1)) }
}

export function matrixShape(buffer: CpuBuffer, op: Op): [rows: number, cols: number] {
  const [rows, cols] = buffer.shape
  if (rows === undefined || cols === undefined || buffer.shape.length !== 2) {
    throw misfit(op, `[${buffer.shape.join(', ')}] is not a matrix`)
  }
  return [rows, cols]
}

export function one(inputs: readonly CpuBuffer[], op: Op): CpuBuffer {
  const [x] = inputs
  if (!x || inputs.length !== 1) throw misfit(op, `${inputs.length} inputs instead of 1`)
  return x
}

export function two(inputs: readonly CpuBuffer[], op: Op): [CpuBuffer, CpuBuffer] {
  const [a, b] = inputs
  if (!a || !b || inputs.length !== 2) throw misfit(op, `${inputs.length} inputs instead of 2`)
  return [a, b]
}

/** A kernel that writes past its buffer would damage its neighbours silently, so sizes are checked when binding. */
export function expectSize(op: Op, buffer: CpuBuffer, size: number): void {
  if (buffer.size !== size) throw misfit(op, `[${buffer.shape.join(', ')}] should hold ${size} numbers`)
}

/** Indices are numbers like others: float32 counts exactly only to 2²⁴. */
export function expectIndices(op: Op, indices: CpuBuffer, below: number): void {
  if (indices.dtype === 'float32' && below > 2 ** 24) {
    throw misfit(op, `${below} places are more than float32 can number, at most ${2 ** 24}; use float64 or less data`)
  }
}

/**
 * For kernels that go through the parts of the output's first axis one by one: cells that hold the coefficients of the
 * part at work, and the loop that sets them and leaves out the parts that stay as they are.
 */
export function coefficientsOfParts(
  op: Op,
  call: CpuCall,
): { scale: ScalarCell; keep: ScalarCell; forEach: (run: (part: number) => void) => Kernel } {
  const { output, replicas } = call
  const [count = 1] = output.shape
  expectReplicas(op, call)
  if (!replicas) {
    const forEach = (run: (part: number) => void) => () => {
      for (let r = 0; r < count; r++) run(r)
    }
    return { scale: call.scale, keep: call.keep, forEach }
  }
  const [scale, keep] = [{ value: 0 }, { value: 0 }]
  const { memory } = output
  const viewed = () => [memory.view(replicas.scale.at, count), memory.view(replicas.keep.at, count)] as const
  let [scales, keeps] = viewed()
  let { moves } = memory
  const forEach = (run: (part: number) => void) => () => {
    // Views made at each call would be garbage at each call.
    if (memory.moves !== moves) {
      ;[scales, keeps] = viewed()
      ;({ moves } = memory)
    }
    for (let r = 0; r < count; r++) {
      scale.value = scales[r]!
      keep.value = keeps[r]!
      if (scale.value !== 0 || keep.value !== 1) run(r)
    }
  }
  return { scale, keep, forEach }
}

/** As many coefficients as the output has parts along its first axis. */
export function expectReplicas(op: Op, { output, replicas }: CpuCall): void {
  const [count = 1] = output.shape
  for (const buffer of replicas ? [replicas.scale, replicas.keep] : []) expectSize(op, buffer, count)
}

export function misfit(op: Op, problem: string): LabError {
  return new LabError('shape', `Kernel ${op}: ${problem}.`, { op })
}
