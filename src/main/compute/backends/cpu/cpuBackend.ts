import { cpus } from 'node:os'
import { LabError } from '#shared/errors'
import type { Backend, ChainCall, Coefficient, DeviceBuffer, Dtype, Kernel, KernelCall, ScalarCell } from '../backend'
import type { Primitive } from '../../graph/primitive'
import { CpuBuffer, ownBuffer } from './buffer'
import { type BlasChoice, type BlasLibrary, findBlas } from './blas'
import { blasGemm, embeddedGemm, type GemmRoute } from './gemm'
import { chosenGemm } from './gemmChoice'
import { bindChain, canChain } from './kernels/chain'
import { accumulates, bindKernel } from './kernels/index'
import { ONE, type ReplicaCoefficients } from './kernels/kernel'
import { CpuMemory } from './memory'
import { Scratch } from './scratch'
import { instantiateKernels, type WasmKernels } from './wasm'

export interface CpuOptions {
  readonly dtype?: Dtype
  /** 'auto': the best system library, else embedded. 'embedded': WebAssembly only. Anything else: a library's path. */
  readonly blas?: BlasChoice
  /** Which products go to the library: those it does faster (default) or, to compare routes, all of them. */
  readonly products?: 'faster' | 'all'
  /** Whether elementwise primitives share passes over the data: yes (default) or, to compare, no. */
  readonly chains?: boolean
}

/**
 * The backend of the CPU: WebAssembly kernels, and matrix products by a system BLAS on the same memory.
 *
 * @throws LabError 'unavailable' if `blas` names a library that does not work here
 */
export async function createCpuBackend({
  dtype = 'float64',
  blas = 'auto',
  products = 'faster',
  chains = true,
}: CpuOptions = {}): Promise<Backend> {
  const found = await findBlas(blas)
  // A library that cannot multiply in this precision has no part in it.
  const library = dtype === 'float64' || found?.sgemm ? found : null
  const raw = CpuMemory.reserve()
  const wasm = await instantiateKernels(raw, dtype)
  const memory = new CpuMemory(raw, wasm.firstFreeByte(), library?.addressOf ?? null, dtype)
  return new CpuBackend(memory, wasm, gemmRoute(wasm, memory, library, products), library, chains)
}

function gemmRoute(
  wasm: WasmKernels,
  memory: CpuMemory,
  library: BlasLibrary | null,
  products: 'faster' | 'all',
): GemmRoute {
  const embedded = embeddedGemm(wasm)
  if (!library) return embedded
  const product = memory.dtype === 'float64' ? library.dgemm : library.sgemm
  if (!product) return embedded
  const foreign = blasGemm(product, memory)
  return products === 'all'
    ? foreign
    : chosenGemm(embedded, foreign, { core: library.core, numberBytes: memory.numberBytes })
}

class CpuBackend implements Backend {
  readonly id = 'cpu'
  readonly dtype: Dtype
  readonly description
  private readonly scratch: Scratch
  private disposed = false

  constructor(
    private readonly memory: CpuMemory,
    private readonly wasm: WasmKernels,
    private readonly gemm: GemmRoute,
    library: BlasLibrary | null,
    private readonly sharesPasses: boolean,
  ) {
    this.dtype = memory.dtype
    this.scratch = new Scratch(memory)
    this.description = {
      id: this.id,
      dtype: this.dtype,
      blas: library ? `${library.name} ${library.version} (${library.path})` : 'embedded',
      threads: library?.threads ?? 1,
      device: cpus()[0]?.model.trim() ?? 'unknown processor',
    } as const
  }

  alloc(shape: readonly number[]): CpuBuffer {
    if (this.disposed) throw new LabError('internal', 'This backend was disposed.')
    return new CpuBuffer(shape, this.memory)
  }

  view(buffer: DeviceBuffer, shape: readonly number[]): CpuBuffer {
    return new CpuBuffer(shape, this.memory, ownBuffer(buffer, this.memory))
  }

  free(buffer: DeviceBuffer): void {
    ownBuffer(buffer, this.memory).release()
  }

  upload(host: Float64Array, to: DeviceBuffer): void {
    const { at, size, shape } = ownBuffer(to, this.memory)
    if (host.length !== size) {
      throw new LabError('shape', `upload: ${host.length} numbers cannot fill [${shape.join(', ')}].`, { size })
    }
    this.memory.view(at, size).set(host)
  }

  async download(from: DeviceBuffer, into?: Float64Array): Promise<Float64Array> {
    const { at, size } = ownBuffer(from, this.memory)
    const host = into ?? new Float64Array(size)
    if (host.length !== size) {
      throw new LabError('shape', `download: ${size} numbers do not fit an array of ${host.length}.`, { size })
    }
    host.set(this.memory.view(at, size))
    return host
  }

  accumulates(primitive: KernelCall['primitive'], perReplica: boolean): boolean {
    return accumulates(primitive, perReplica)
  }

  kernel({ primitive, inputs, output, scale, keep }: KernelCall): Kernel {
    const replicas = this.replicas(scale, keep)
    if (!accumulates(primitive, replicas !== null) && (scale !== 1 || keep !== 0)) {
      throw new LabError('internal', `The kernel of ${primitive.op} only overwrites.`, { op: primitive.op })
    }
    return bindKernel(primitive, {
      inputs: inputs.map((input) => ownBuffer(input, this.memory)),
      output: ownBuffer(output, this.memory),
      scale: asCell(scale),
      keep: asCell(keep),
      replicas,
      wasm: this.wasm,
      gemm: this.gemm,
      scratch: this.scratch,
    })
  }

  chains(primitive: Primitive): boolean {
    return this.sharesPasses && canChain(primitive)
  }

  chain({ inputs, steps, output }: ChainCall): Kernel {
    return bindChain({
      inputs: inputs.map((input) => ownBuffer(input, this.memory)),
      steps,
      output: ownBuffer(output, this.memory),
    })
  }

  private replicas(scale: Coefficient, keep: Coefficient): ReplicaCoefficients | null {
    if (!isBuffer(scale) && !isBuffer(keep)) return null
    if (!isBuffer(scale) || !isBuffer(keep)) {
      throw new LabError('internal', 'Coefficients differ between replicas both or neither: scale and keep.')
    }
    return { scale: ownBuffer(scale, this.memory), keep: ownBuffer(keep, this.memory) }
  }

  /** The memory goes when the last bound kernel does. */
  dispose(): void {
    this.disposed = true
  }
}

function asCell(coefficient: Coefficient): ScalarCell {
  if (typeof coefficient === 'number') return { value: coefficient }
  return isBuffer(coefficient) ? ONE : coefficient
}

function isBuffer(coefficient: Coefficient): coefficient is DeviceBuffer {
  return typeof coefficient !== 'number' && 'dtype' in coefficient
}
