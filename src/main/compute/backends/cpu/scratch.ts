import type { CpuMemory } from './memory'
import type { Offset } from './wasm'

/**
 * Working space that all kernels of a backend share, because only one runs at a time: as large as the largest of them
 * asked for when it was bound. Growing moves it, so kernels read `at` when they run.
 */
export class Scratch {
  at: Offset = 0
  private numbers = 0

  constructor(private readonly memory: CpuMemory) {}

  reserve(numbers: number): void {
    if (numbers <= this.numbers) return
    if (this.numbers > 0) this.memory.release(this.at)
    // Until the new block is there, none is: the allocation may fail.
    this.numbers = 0
    this.at = this.memory.allocate(numbers * this.memory.numberBytes)
    this.numbers = numbers
  }
}
