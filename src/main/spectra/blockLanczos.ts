import { LabError } from '#shared/errors'
import { norm, symmetricEigen } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { Random } from '#main/compute/rng/random'
import type { LinearOperator } from '#main/core/linearOperator'
import { selectColumns, sideBySide } from './columns'
import { normaliseOutsideInPlace, orthogonaliseFullyInPlace, orthogonaliseInPlace } from './orthogonaliseInPlace'
import { precisionOf } from './precision'
import { asFloat64, stored, type Storage, type StoredVector } from './storedVectors'
import { combine, scaleInPlace } from './vectorOps'
import { VectorStack } from './vectorStack'

/** A new direction that keeps less than this share of its length is made orthogonal to everything once more. */
const CANCELLED = 0.1

/** A block Lanczos run as plain arrays: enough to go on with it, bit for bit. */
export interface BlockLanczosState {
  /** q_1 … q_m, orthonormal. */
  readonly basis: readonly StoredVector[]
  /** H q_1 … H q_m where they are kept, else null. */
  readonly images: readonly StoredVector[] | null
  /** Column j holds T_1j … T_jj of T = Qᵀ H Q. */
  readonly projected: readonly Float64Array[]
  /** The block whose images come next, orthonormal to the basis. Empty: the space is invariant. */
  readonly next: readonly Float64Array[]
  /** R of H Q_last = Q T_last + Q_next R: rows belong to `next`, columns to the last block of the basis. */
  readonly coupling: Matrix
  readonly steps: number
  /** Largest ‖H q‖ met: a lower bound for ‖H‖. */
  readonly largestImage: number
}

/** An approximate eigenvector with H y, where images are kept. */
export interface RitzVector {
  readonly vector: StoredVector
  readonly image: StoredVector | null
}

/** Ritz pairs of a block run, from the largest to the smallest. */
export interface BlockRitz {
  readonly values: Float64Array
  /** ‖H y − θ y‖ = ‖R s_last‖ up to rounding. */
  readonly residuals: Float64Array
  /** S, m × m: column i holds the coefficients of y_i in the basis. */
  readonly coefficients: Matrix
}

/**
 * Block Lanczos with full reorthogonalisation, one block of operator products at a time.
 *
 *   W = H Q_j;  T_ij = Q_iᵀ W;  W ← W − Σ_i Q_i T_ij;  W = Q_{j+1} R.
 *
 * Golub & Underwood 1977, "The block Lanczos method for computing eigenvalues". A block of b vectors sees up to b copies
 * of each eigenvalue. T is assembled from actual inner products with the whole basis, so that the couplings of a thick
 * restart (Wu & Simon 2000, SIAM J. Matrix Anal. Appl. 22, 602) need no special case. Directions of W that vanish
 * against ‖H‖ are dropped: the block shrinks, and is empty once the space is invariant.
 *
 * With `images` in its state a run keeps H q beside every q. Then H y = Σ_j s_j H q_j is known for every Ritz vector from
 * actual products, free of what the recurrence assumes, and a residual needs no product of its own.
 *
 * @param locked orthonormal vectors that the whole run stays orthogonal to
 * @param normFloor a known lower bound for ‖H‖, which lets a run inside a null space end at once
 */
export class BlockLanczos {
  #basis: VectorStack
  #images: VectorStack | null
  #projected: Float64Array[]
  #next: Float64Array[]
  #coupling: Matrix
  #steps: number
  #largestImage: number
  #ritz: BlockRitz | null = null

  constructor(
    private readonly operator: LinearOperator,
    private readonly locked: readonly StoredVector[],
    private readonly storage: Storage,
    private readonly normFloor: number,
    state: BlockLanczosState,
  ) {
    this.#basis = new VectorStack(operator.n, storage, state.basis)
    this.#images = state.images && new VectorStack(operator.n, storage, state.images)
    this.#projected = [...state.projected]
    this.#next = [...state.next]
    this.#coupling = state.coupling
    this.#steps = state.steps
    this.#largestImage = state.largestImage
  }

  /** m, the number of basis vectors. */
  get size(): number {
    return this.#basis.size
  }

  get steps(): number {
    return this.#steps
  }

  /** True once H maps the space into itself: Ritz pairs are eigenpairs. */
  get invariant(): boolean {
    return this.#next.length === 0
  }

  /** Vectors of the block whose images come next. */
  get blockSize(): number {
    return this.#next.length
  }

  /** Products of the last step. */
  get lastBlockSize(): number {
    return this.#coupling.cols
  }

  /** Lower bound for ‖H‖, close to it once the outermost Ritz pair has converged. */
  get normEstimate(): number {
    const { values } = this.ritz()
    return Math.max(this.normFloor, Math.abs(values[0] ?? 0), Math.abs(values.at(-1) ?? 0))
  }

  /**
   * One block of products.
   *
   * @param beforeProduct called before each product; false gives the step up and leaves the run as it was
   */
  async step(beforeProduct: () => boolean | Promise<boolean>): Promise<boolean> {
    const { n } = this.operator
    const first = this.#basis.size
    const block = this.#next.map((q) => stored(q, this.storage))
    // Side by side, so that they are made orthogonal as one block.
    const images = sideBySide(n, block.length)
    for (const [k, q] of block.entries()) {
      if (!(await beforeProduct())) return false
      await this.operator.apply(asFloat64(q), images[k]!)
    }
    const sizes = images.map((image) => norm(image))
    if (!sizes.every(Number.isFinite)) throw notFinite()
    this.#largestImage = Math.max(this.#largestImage, ...sizes)
    // Straight after a start or restart every basis vector may be coupled to the block, later only the last block is.
    const near = this.#coupling.cols > 0 ? first - this.#coupling.cols : 0
    this.#basis.push(block)
    this.#images?.push(images)
    this.#appendColumns(images, near)
    this.#coupling = this.#splitOff(images)
    this.#steps++
    this.#ritz = null
    return true
  }

  /**
   * T's new columns, and the images with everything inside the basis and the locked space taken off.
   *
   * @param near basis vectors from here on hold the large parts
   */
  #appendColumns(images: readonly Float64Array[], near: number): void {
    const { vectors } = this.#basis
    const first = vectors.length - images.length
    // The large parts first: what is left then keeps its length, and one pass over the whole basis is enough.
    const large = orthogonaliseInPlace(images, vectors.slice(near))
    const rest = orthogonaliseFullyInPlace(images, [...this.locked, ...vectors])
    const b = images.length
    images.forEach((_, k) => {
      const column = new Float64Array(first + k + 1)
      for (let i = 0; i < column.length; i++) {
        column[i] = rest.data[(this.locked.length + i) * b + k]! + (i < near ? 0 : large.data[(i - near) * b + k]!)
      }
      this.#projected.push(column)
    })
  }

  /** W = Q_next R by Gram-Schmidt, the longest first; what vanishes against ‖H‖ is dropped. */
  #splitOff(images: readonly Float64Array[]): Matrix {
    const left = this.operator.n - this.locked.length - this.#basis.size
    const floor = precisionOf(this.operator).breakdown * Math.max(this.normFloor, this.#largestImage)
    const open = images.map((w, column) => ({ w, column, before: norm(w) }))
    const rows: Float64Array[] = []
    this.#next = []
    while (open.length > 0 && this.#next.length < left) {
      const lengths = open.map(({ w }) => norm(w))
      const length = Math.max(...lengths)
      // Written so that the zero operator is invariant at once.
      if (length <= floor) break
      const longest = lengths.indexOf(length)
      const { w, column, before } = open[longest]!
      open.splice(longest, 1)
      scaleInPlace(w, 1 / length)
      if (length < CANCELLED * before) {
        orthogonaliseFullyInPlace([w], [...this.locked, ...this.#basis.vectors, ...this.#next])
        scaleInPlace(w, 1 / norm(w))
      }
      const row = new Float64Array(images.length)
      row[column] = length
      for (const other of open) {
        row[other.column] = orthogonaliseInPlace([other.w], [w]).data[0]!
      }
      rows.push(row)
      this.#next.push(w)
    }
    return matrix(rows.length, images.length, Float64Array.from(rows.flatMap((row) => [...row])))
  }

  /** Ritz pairs of the steps done, O(m³); computed once for each step. */
  ritz(): BlockRitz {
    this.#ritz ??= this.#solve()
    return this.#ritz
  }

  #solve(): BlockRitz {
    const m = this.#basis.size
    const T = matrix(m, m)
    this.#projected.forEach((column, j) => {
      column.forEach((t, i) => (T.data[i * m + j] = T.data[j * m + i] = t))
    })
    const { values, vectors: S } = symmetricEigen(T)
    const { rows, cols, data: R } = this.#coupling
    const residuals = values.map((_, i) => {
      const parts = new Float64Array(rows)
      for (let a = 0; a < rows; a++) {
        for (let b = 0; b < cols; b++) parts[a]! += R[a * cols + b]! * S.data[(m - cols + b) * m + i]!
      }
      return norm(parts)
    })
    return { values, residuals, coefficients: S }
  }

  /** y_i = Σ_j S_ji q_j in float64, and H y_i likewise. */
  ritzVector(i: number): RitzVector {
    const { data, cols: m } = this.ritz().coefficients
    const column = Float64Array.from({ length: m }, (_, j) => data[j * m + i]!)
    const combined = ({ vectors }: VectorStack) => combine(vectors, column, this.operator.n)
    return { vector: combined(this.#basis), image: this.#images && combined(this.#images) }
  }

  /** Thick restart: only these Ritz vectors and the next block stay. Nothing about them is lost. */
  restart(keep: readonly number[]): void {
    const { values, coefficients } = this.ritz()
    const S = selectColumns(coefficients, keep)
    this.#basis.rotate(S)
    this.#images?.rotate(S)
    this.#projected = keep.map((i, j) => {
      const column = new Float64Array(j + 1)
      column[j] = values[i]!
      return column
    })
    this.#coupling = matrix(this.#coupling.rows, 0)
    this.#ritz = null
  }

  /**
   * The Ritz vectors of these indices, in the memory of the basis: the run ends with it.
   *
   * @param aside indices of others to hand out too, without images
   */
  takeRitzVectors(chosen: readonly number[], aside: readonly number[]): { taken: RitzVector[]; aside: StoredVector[] } {
    const { coefficients } = this.ritz()
    this.#basis.rotate(selectColumns(coefficients, [...chosen, ...aside]))
    this.#images?.rotate(selectColumns(coefficients, chosen))
    const [{ vectors }, images] = [this.#basis, this.#images?.vectors]
    this.#projected = []
    this.#next = []
    return {
      taken: chosen.map((_, k) => ({ vector: vectors[k]!, image: images?.[k] ?? null })),
      aside: vectors.slice(chosen.length),
    }
  }

  state(): BlockLanczosState {
    return {
      basis: [...this.#basis.vectors],
      images: this.#images && [...this.#images.vectors],
      projected: [...this.#projected],
      next: [...this.#next],
      coupling: this.#coupling,
      steps: this.#steps,
      largestImage: this.#largestImage,
    }
  }
}

/**
 * A run before its first step: `count` random directions, orthonormal and orthogonal to the locked vectors.
 *
 * @param keepsImages the run will keep H q beside every q
 */
export function freshRun(
  operator: LinearOperator,
  locked: readonly StoredVector[],
  count: number,
  random: Random,
  keepsImages: boolean,
): BlockLanczosState {
  const { n } = operator
  const { breakdown } = precisionOf(operator)
  const next: Float64Array[] = []
  for (let k = 0; k < Math.min(count, n - locked.length); k++) {
    const q = random.normal(n)
    if (!(normaliseOutsideInPlace(q, [...locked, ...next], breakdown) > breakdown)) continue
    next.push(q)
  }
  const images = keepsImages ? [] : null
  return { basis: [], images, projected: [], next, coupling: matrix(next.length, 0), steps: 0, largestImage: 0 }
}

function notFinite(): LabError {
  return new LabError(
    'degenerate',
    'blockLanczos: the operator returned a number that is not finite. ' +
      'Look at the state it was built from: training has probably diverged.',
  )
}
