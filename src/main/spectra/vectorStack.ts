import { rotateInPlace, type Storage, type StoredVector } from './storedVectors'
import type { Matrix } from '#main/compute/matrix'

/** Vectors of one piece of memory: long enough rows for a library, and little that is reserved in vain. */
const PIECE = 16

/**
 * A growing list of vectors that lie one behind the other in memory, so that products with many of them are few calls of
 * a library. Which vectors share a piece depends on their places only: a list that was stored and read back gives the
 * same bits.
 */
export class VectorStack {
  readonly #pieces: StoredVector[] = []
  readonly #vectors: StoredVector[] = []

  constructor(
    readonly n: number,
    readonly storage: Storage,
    given: readonly StoredVector[] = [],
  ) {
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
      const view = this.#piece(Math.floor(place / PIECE)).subarray(
        (place % PIECE) * this.n,
        ((place % PIECE) + 1) * this.n,
      )
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
    const length = PIECE * this.n
    // Memory of a fresh array is taken only as it is written: what a short list leaves over costs nothing.
    const made = this.storage === 'float64' ? new Float64Array(length) : new Float32Array(length)
    this.#pieces[index] = made
    return made
  }
}
