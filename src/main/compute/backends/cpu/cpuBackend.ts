import { cpus } from 'node:os'
import { LabError } from '#shared/errors'
import type { Backend, Coefficient, DeviceBuffer, Kernel, KernelCall, ScalarCell } from '../backend'
import { CpuBuffer, ownBuffer } from './buffer'
import { type BlasChoice, type BlasLibrary, findBlas } from './blas'
import { blasGemm, chosenGemm, embeddedGemm, type GemmRoute } from './gemm'
import { accumulates, bindKernel } from './kernels/index'
import { ONE, type ReplicaCoefficients } from './kernels/kernel'
import { CpuMemory } from './memory'
import { Scratch } from './scratch'
import { instantiateKernels, type WasmKernels } from './wasm'

export interface CpuOptions {
  /** 'auto': the best system library, else embedded. 'embedded': WebAssembly only. Anything else: a library's path. */
  readonly blas?: BlasChoice
  /** Which products go to the library: those it does faster (default) or, to compare routes, all of them. */
  readonly products?: 'faster' | 'all'
}

/**
 * The float64 backend of the CPU: WebAssembly kernels, and matrix products by a system BLAS on the same memory.
 * float32 would be a second set of kernels behind `instantiateKernels` and a second element size in CpuBuffer.
 *
 * @throws LabError 'unavailable' if `blas` names a library that does not work here
 */
export async function createCpuBackend({ blas = 'auto', products = 'faster' }: CpuOptions = {}): Promise<
  Backend<'float64'>
> {
  const library = await findBlas(blas)
  const raw = CpuMemory.reserve()
  const wasm = await instantiateKernels(raw)
  const memory = new CpuMemory(raw, wasm.firstFreeByte(), library?.addressOf ?? null)
  return new CpuBackend(memory, wasm, gemmRoute(wasm, memory, library, products), library)
}

function gemmRoute(
  wasm: WasmKernels,
  memory: CpuMemory,
  library: BlasLibrary | null,
  products: 'faster' | 'all',
): GemmRoute {
  const embedded = embeddedGemm(wasm)
  if (!library) return embedded
  const foreign = blasGemm(library, memory)
  return products === 'all' ? foreign : chosenGemm(embedded, foreign)
}

class CpuBackend implements Backend<'float64'> {
  readonly id = 'cpu'
  readonly dtype = 'float64'
  readonly description
  private readonly scratch: Scratch
  private disposed = false

  constructor(
    private readonly memory: CpuMemory,
    private readonly wasm: WasmKernels,
    private readonly gemm: GemmRoute,
    library: BlasLibrary | null,
  ) {
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

  view(buffer: DeviceBuffer<'float64'>, shape: readonly number[]): CpuBuffer {
    return new CpuBuffer(shape, this.memory, ownBuffer(buffer, this.memory))
  }

  free(buffer: DeviceBuffer<'float64'>): void {
    ownBuffer(buffer, this.memory).release()
  }

  upload(host: Float64Array, to: DeviceBuffer<'float64'>): void {
    const { at, size, shape } = ownBuffer(to, this.memory)
    if (host.length !== size) {
      throw new LabError('shape', `upload: ${host.length} numbers cannot fill [${shape.join(', ')}].`, { size })
    }
    this.memory.view(at, size).set(host)
  }

  async download(from: DeviceBuffer<'float64'>, into?: Float64Array): Promise<Float64Array> {
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

  kernel({ primitive, inputs, output, scale, keep }: KernelCall<'float64'>): Kernel {
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

  private replicas(scale: Coefficient<'float64'>, keep: Coefficient<'float64'>): ReplicaCoefficients | null {
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

function asCell(coefficient: Coefficient<'float64'>): ScalarCell {
  if (typeof coefficient === 'number') return { value: coefficient }
  return isBuffer(coefficient) ? ONE : coefficient
}

function isBuffer(coefficient: Coefficient<'float64'>): coefficient is DeviceBuffer<'float64'> {
  return typeof coefficient !== 'number' && 'dtype' in coefficient
}
