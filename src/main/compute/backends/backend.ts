import type { Primitive } from '../graph/primitive'
import type { Shape } from '../graph/node'

export type Dtype = 'float64' | 'float32'

/** Device memory. The shape is known to the host, the bytes are not; D keeps precisions from mixing. */
export interface DeviceBuffer<D extends Dtype = Dtype> {
  readonly shape: Shape
  readonly dtype: D
}

/** A number that may change between runs of a compiled program: a learning rate under a schedule, say. */
export interface ScalarCell {
  value: number
}
/** A buffer holds one number for each index of the output's first axis: for each replica. */
export type Coefficient<D extends Dtype = Dtype> = number | ScalarCell | DeviceBuffer<D>

/** One kernel call of a compiled program: output ← keep · output + scale · primitive(inputs). */
export interface KernelCall<D extends Dtype = Dtype> {
  readonly primitive: Primitive
  readonly inputs: readonly DeviceBuffer<D>[]
  readonly output: DeviceBuffer<D>
  /** Other than 1 only for primitives that `accumulates`. */
  readonly scale: Coefficient<D>
  /**
   * 0 overwrites. Other than 0 only for primitives that `accumulates`. A buffer beside a buffer in `scale` and nothing
   * else; a replica with scale 0 and keep 1 then stays as it is to the bit, also beside infinities.
   */
  readonly keep: Coefficient<D>
}

/** One step of a chain: value ← keep · value of `onto` + scale · primitive(operands). */
export interface ChainStep {
  /** Elementwise, or `fill`. */
  readonly primitive: Primitive
  /** Of the value. All values have the size of the output. */
  readonly shape: Shape
  /** Places: the inputs of the chain come first, then the values of the steps before. */
  readonly operands: readonly number[]
  /** A place; null where nothing is kept. */
  readonly onto: number | null
  readonly scale: number
  readonly keep: number
}

/** Several primitives in one pass over the data: the value of the last step is the output, the others get no memory. */
export interface ChainCall<D extends Dtype = Dtype> {
  readonly inputs: readonly DeviceBuffer<D>[]
  readonly steps: readonly ChainStep[]
  readonly output: DeviceBuffer<D>
}

/** Bound to its buffers once, at compile time: calling it allocates nothing. */
export type Kernel = () => void

/** How a run says what computed it. */
export interface BackendDescription {
  readonly id: 'cpu' | 'gpu'
  readonly dtype: Dtype
  /** 'embedded' (WebAssembly kernels) or the name and path of a system library. */
  readonly blas: string
  readonly threads: number
  readonly device: string
}

/** The narrow waist between programs and devices. */
export interface Backend<D extends Dtype = Dtype> {
  readonly id: 'cpu' | 'gpu'
  readonly dtype: D
  readonly description: BackendDescription
  /** While compiling a program; a training step allocates nothing. */
  alloc(shape: Shape): DeviceBuffer<D>
  /** The same memory under another shape of the same size; it lives as long as the original. */
  view(buffer: DeviceBuffer<D>, shape: Shape): DeviceBuffer<D>
  /** Gives the memory back; the buffer must not be used again. */
  free(buffer: DeviceBuffer<D>): void
  upload(host: Float64Array, to: DeviceBuffer<D>): void
  /** The only wait: for probes, never inside a step. */
  download(from: DeviceBuffer<D>, into?: Float64Array): Promise<Float64Array>
  /** Whether kernels of this primitive honour `scale` and `keep`; with `perReplica`, also as buffers. */
  accumulates(primitive: Primitive, perReplica: boolean): boolean
  /** Chosen and bound once, at compile time. */
  kernel(call: KernelCall<D>): Kernel
  /** Whether a primitive, elementwise or a constant, gains from sharing a pass over the data with others. */
  chains(primitive: Primitive): boolean
  /** The same bits as kernel after kernel. The output may lie in an input that only elementwise steps read. */
  chain(call: ChainCall<D>): Kernel
  dispose(): void
}
