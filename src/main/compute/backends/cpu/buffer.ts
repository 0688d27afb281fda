import { LabError } from '#shared/errors'
import { type Shape, sizeOf } from '../../graph/node'
import type { DeviceBuffer, Dtype } from '../backend'
import type { CpuMemory } from './memory'
import type { Offset } from './wasm'

/** A row-major array at a fixed offset of the backend's memory: a block of its own or another's, reshaped. */
export class CpuBuffer implements DeviceBuffer {
  readonly dtype: Dtype
  readonly size: number
  readonly at: Offset
  private freed = false

  constructor(
    readonly shape: Shape,
    readonly memory: CpuMemory,
    private readonly original: CpuBuffer | null = null,
    /** Which of the parts of this shape that the original consists of; null: all of it. */
    part: number | null = null,
  ) {
    this.dtype = memory.dtype
    this.size = sizeOf(shape)
    if (original && part === null && original.size !== this.size) {
      throw new LabError(
        'shape',
        `A view of [${original.shape.join(', ')}] must hold ${original.size} numbers, not [${shape.join(', ')}].`,
        { original: original.size, view: this.size },
      )
    }
    this.at = original
      ? original.at + (part ?? 0) * this.size * memory.numberBytes
      : memory.allocate(this.size * memory.numberBytes)
  }

  get numberBytes(): number {
    return this.memory.numberBytes
  }

  /** Part r along the first axis, on the same memory. Its kernels may write into the part after it: run them in order. */
  part(r: number): CpuBuffer {
    return new CpuBuffer(this.shape.slice(1), this.memory, this, r)
  }

  get released(): boolean {
    return this.original ? this.original.released : this.freed
  }

  /** @throws LabError 'internal' for a view: only the original owns the memory. */
  release(): void {
    if (this.original) throw new LabError('internal', 'A view cannot be given back; give back the original buffer.')
    this.memory.release(this.at)
    this.freed = true
  }
}

/** @throws LabError 'internal' for a buffer of another backend or one that was given back. */
export function ownBuffer(buffer: DeviceBuffer, memory: CpuMemory): CpuBuffer {
  if (!(buffer instanceof CpuBuffer) || buffer.memory !== memory) {
    throw new LabError('internal', 'This buffer belongs to another backend.', { shape: [...buffer.shape] })
  }
  if (buffer.released) {
    throw new LabError('internal', 'This buffer was given back and must not be used again.', {
      shape: [...buffer.shape],
    })
  }
  return buffer
}
