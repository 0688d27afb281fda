import { LabError } from '#shared/errors'
import type { Dtype } from '../backend'
import type { Offset } from './wasm'

const PAGE = 65536
// One page below 4 GiB, so that end addresses never wrap to 0 inside a kernel.
const MAX_PAGES = 65535
const ALIGNMENT = 64
// Kernels may read this far past a row's end; see assembly/index.ts.
const GUARD = 64

/** Bytes of one number. */
const BYTES = { float32: Float32Array.BYTES_PER_ELEMENT, float64: Float64Array.BYTES_PER_ELEMENT } as const

interface Block {
  readonly at: Offset
  readonly bytes: number
}

/**
 * The backend's heap in one WebAssembly memory: first fit over a list of free blocks, 64-byte aligned.
 *
 * Growing detaches every view and may move the memory. So nothing keeps a view: kernels hold offsets, the host asks for
 * a view when it copies, and `address` is renewed here before `allocate` returns.
 */
export class CpuMemory {
  /** Of the first byte, for foreign functions; NaN if no foreign library needs it. */
  address: number
  /** How often growing has detached all views. */
  moves = 0
  /** Bytes of one number: all buffers of a memory have the same precision. */
  readonly numberBytes: number
  private free: Block[] = []
  private readonly taken = new Map<Offset, number>()

  /** @param addressOf gives the address of a buffer's first byte; null without a foreign library. */
  constructor(
    readonly memory: WebAssembly.Memory,
    firstFreeByte: Offset,
    private readonly addressOf: ((buffer: ArrayBuffer) => number) | null,
    readonly dtype: Dtype,
  ) {
    this.numberBytes = BYTES[dtype]
    const start = roundUp(firstFreeByte, ALIGNMENT)
    const end = memory.buffer.byteLength - GUARD
    if (end > start) this.free.push({ at: start, bytes: end - start })
    this.address = this.locate()
  }

  static reserve(): WebAssembly.Memory {
    return new WebAssembly.Memory({ initial: 64, maximum: MAX_PAGES })
  }

  /** @throws LabError 'unavailable' if the 4 GiB of one WebAssembly memory, or the machine's, do not suffice. */
  allocate(bytes: number): Offset {
    const wanted = Math.max(ALIGNMENT, roundUp(bytes, ALIGNMENT))
    let i = this.free.findIndex((block) => block.bytes >= wanted)
    if (i < 0) {
      this.grow(wanted)
      i = this.free.length - 1
    }
    const block = this.free[i]!
    if (block.bytes === wanted) this.free.splice(i, 1)
    else this.free[i] = { at: block.at + wanted, bytes: block.bytes - wanted }
    this.taken.set(block.at, wanted)
    return block.at
  }

  release(at: Offset): void {
    const bytes = this.taken.get(at)
    if (bytes === undefined) throw new LabError('internal', `CpuMemory: nothing is allocated at ${at}.`, { at })
    this.taken.delete(at)
    this.insert({ at, bytes })
  }

  /** Valid until `moves` counts one more, which any allocation may do. */
  view(at: Offset, length: number): Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer> {
    const Numbers = this.dtype === 'float64' ? Float64Array : Float32Array
    return new Numbers(this.memory.buffer, at, length)
  }

  private grow(wanted: number): void {
    const size = this.memory.buffer.byteLength
    // Half as much again, so that a program of many buffers does not grow the memory at each of them.
    const generous = Math.min(Math.max(Math.ceil(wanted / PAGE) + 1, Math.ceil(size / PAGE / 2)), MAX_PAGES)
    const needed = Math.ceil(wanted / PAGE) + 1
    if (!this.tryGrow(generous) && !this.tryGrow(needed)) {
      const [haveMiB, wantMiB] = [Math.round(size / 2 ** 20), Math.ceil(wanted / 2 ** 20)]
      throw new LabError(
        'unavailable',
        `The CPU backend holds ${haveMiB} MiB and cannot add ${wantMiB} MiB; its limit is 4096 MiB. ` +
          'Use fewer samples, a narrower model or fewer replicas per program.',
        { haveMiB, wantMiB },
      )
    }
    this.insert({ at: size - GUARD, bytes: this.memory.buffer.byteLength - size })
    this.address = this.locate()
    this.moves++
  }

  private tryGrow(pages: number): boolean {
    try {
      this.memory.grow(pages)
      return true
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
  }

  private locate(): number {
    return this.addressOf ? this.addressOf(this.memory.buffer) : NaN
  }

  /** Keeps the list ordered by offset and joins neighbours. */
  private insert(block: Block): void {
    let i = this.free.findIndex((other) => other.at > block.at)
    if (i < 0) i = this.free.length
    const [before, after] = [this.free[i - 1], this.free[i]]
    let { at, bytes } = block
    let [from, count] = [i, 0]
    if (before && before.at + before.bytes === at) {
      ;[at, bytes, from, count] = [before.at, before.bytes + bytes, i - 1, 1]
    }
    if (after && at + bytes === after.at) {
      bytes += after.bytes
      count++
    }
    this.free.splice(from, count, { at, bytes })
  }
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
