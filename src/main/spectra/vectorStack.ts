import { rotateInPlace, type Storage, type StoredVector } from './storedVectors'
import type { Matrix } from '#main/compute/matrix'

/** Entries of a piece of memory, but at least 16 vectors and at most 64: few calls of a library, little in vain. */
const PIECE_ENTRIES = 2 ** 22

/**
 * A growing list of vectors that lie one behind the other in memory, so that products with many of them are few calls of
 * a library. Which vectors share a piece depends on their places only: a list that was stored and read back gives the
 * same bits.
 */
export class VectorStack {
  readonly #pieces: StoredVector[] = []
  readonly #vectors: StoredVector[] = []
  /** Vectors of one piece. */
  readonly #rows: number

  constructor(
    readonly n: number,
    readonly storage: Storage,
    given: readonly StoredVector[] = [],
  ) {
    this.#rows = Math.min(64, Math.max(16, Math.floor(PIECE_ENTRIES / n)))
    this.push(given)
  }

  /** Views, valid as long as nothing is rotated. */
  get vectors(): readonly StoredVector[] {
    return this.#vectors
  }

  get size(): number {
    return this.#vectors.length
  }

  /** Appends copies in the precision of the storage. */
  push(vectors: readonly ArrayLike<number>[]): void {
    for (const vector of vectors) {
      const place = this.#vectors.length
      const row = place % this.#rows
      const view = this.#piece(Math.floor(place / this.#rows)).subarray(row * this.n, (row + 1) * this.n)
      view.set(vector)
      this.#vectors.push(view)
    }
  }

  /** Forgets the vectors and keeps their memory for those to come: views of them are not to be used any more. */
  clear(): void {
    this.#vectors.length = 0
  }

  /** [q_1 … q_m] ← [q_1 … q_m] S; see `rotateInPlace`. */
  rotate(S: Matrix): void {
    rotateInPlace(this.#vectors, S)
  }

  #piece(index: number): StoredVector {
    const known = this.#pieces[index]
    if (known) return known
    const length = this.#rows * this.n
    // Memory of a fresh array is taken only as it is written: what a short list leaves over costs nothing.
    const made = this.storage === 'float64' ? new Float64Array(length) : new Float32Array(length)
    this.#pieces[index] = made
    return made
  }
}
