import { LabError } from '#shared/errors'
import { norm, symmetricEigen } from '#main/compute/linalg/index'
import { matrix, type Matrix } from '#main/compute/matrix'
import type { Random } from '#main/compute/rng/random'
import type { LinearOperator } from '#main/core/linearOperator'
import { BREAKDOWN } from './lanczosProcess'
import { normaliseOutsideInPlace, orthogonaliseFullyInPlace, orthogonaliseInPlace } from './orthogonaliseInPlace'
import { asFloat64, rotateInPlace, stored, type Storage, type StoredVector } from './storedVectors'
import { combine, scaleInPlace } from './vectorOps'

/** A new direction that keeps less than this share of its length is made orthogonal to everything once more. */
const CANCELLED = 0.1

/** A block Lanczos run as plain arrays: enough to go on with it, bit for bit. */
export interface BlockLanczosState {
  /** q_1 … q_m, orthonormal. */
  readonly basis: readonly StoredVector[]
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
 * @param locked orthonormal vectors that the whole run stays orthogonal to
 * @param normFloor a known lower bound for ‖H‖, which lets a run inside a null space end at once
 */
export class BlockLanczos {
  #basis: StoredVector[]
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
    this.#basis = [...state.basis]
    this.#projected = [...state.projected]
    this.#next = [...state.next]
    this.#coupling = state.coupling
    this.#steps = state.steps
    this.#largestImage = state.largestImage
  }

  /** m, the number of basis vectors. */
  get size(): number {
    return this.#basis.length
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
    const block = this.#next.map((q) => stored(q, this.storage))
    const images: Float64Array[] = []
    for (const q of block) {
      if (!(await beforeProduct())) return false
      const image = new Float64Array(n)
      await this.operator.apply(asFloat64(q), image)
      images.push(image)
    }
    const sizes = images.map((image) => norm(image))
    if (!sizes.every(Number.isFinite)) throw notFinite()
    this.#largestImage = Math.max(this.#largestImage, ...sizes)
    const previous = this.#basis.length - this.#coupling.cols
    // Straight after a start or restart every basis vector may be coupled to the block, later only the last block is.
    const near = this.#coupling.cols > 0 ? this.#basis.slice(previous) : [...this.#basis]
    this.#basis.push(...block)
    this.#appendColumns(images, [...near, ...block])
    this.#coupling = this.#splitOff(images)
    this.#steps++
    this.#ritz = null
    return true
  }

  /** T's new columns, and the images with everything inside the basis and the locked space taken off. */
  #appendColumns(images: readonly Float64Array[], near: readonly StoredVector[]): void {
    const size = this.#basis.length
    const first = size - images.length
    images.forEach((w, k) => {
      const column = new Float64Array(first + k + 1)
      // The large parts first: what is left then keeps its length, and one pass over the whole basis is enough.
      const large = orthogonaliseInPlace(w, near)
      const rest = orthogonaliseFullyInPlace(w, [...this.locked, ...this.#basis]).subarray(this.locked.length)
      for (let i = 0; i < column.length; i++) column[i] = rest[i]! + (large[i - size + near.length] ?? 0)
      this.#projected.push(column)
    })
  }

  /** W = Q_next R by Gram-Schmidt, the longest first; what vanishes against ‖H‖ is dropped. */
  #splitOff(images: readonly Float64Array[]): Matrix {
    const left = this.operator.n - this.locked.length - this.#basis.length
    const floor = BREAKDOWN * Math.max(this.normFloor, this.#largestImage)
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
        orthogonaliseFullyInPlace(w, [...this.locked, ...this.#basis, ...this.#next])
        scaleInPlace(w, 1 / norm(w))
      }
      const row = new Float64Array(images.length)
      row[column] = length
      for (const other of open) {
        const [c] = orthogonaliseInPlace(other.w, [w])
        row[other.column] = c!
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
    const m = this.#basis.length
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

  /** y_i = Σ_j S_ji q_j in float64. */
  ritzVector(i: number): Float64Array {
    const { coefficients } = this.ritz()
    const m = coefficients.cols
    return combine(
      this.#basis,
      Float64Array.from({ length: m }, (_, j) => coefficients.data[j * m + i]!),
      this.operator.n,
    )
  }

  /** Thick restart: only these Ritz vectors and the next block stay. Nothing about them is lost. */
  restart(keep: readonly number[]): void {
    const { values, coefficients } = this.ritz()
    rotateInPlace(this.#basis, selectColumns(coefficients, keep))
    this.#projected = keep.map((i, j) => {
      const column = new Float64Array(j + 1)
      column[j] = values[i]!
      return column
    })
    this.#coupling = matrix(this.#coupling.rows, 0)
    this.#ritz = null
  }

  /** The Ritz vectors of these indices, in the memory of the basis: the run ends with it. */
  takeRitzVectors(chosen: readonly number[]): StoredVector[] {
    rotateInPlace(this.#basis, selectColumns(this.ritz().coefficients, chosen))
    const taken = this.#basis
    this.#basis = []
    this.#projected = []
    this.#next = []
    return taken
  }

  state(): BlockLanczosState {
    return {
      basis: [...this.#basis],
      projected: [...this.#projected],
      next: [...this.#next],
      coupling: this.#coupling,
      steps: this.#steps,
      largestImage: this.#largestImage,
    }
  }
}

/** A run before its first step: `count` random directions, orthonormal and orthogonal to the locked vectors. */
export function freshRun(n: number, locked: readonly StoredVector[], count: number, random: Random): BlockLanczosState {
  const next: Float64Array[] = []
  for (let k = 0; k < Math.min(count, n - locked.length); k++) {
    const q = random.normal(n)
    if (!(normaliseOutsideInPlace(q, [...locked, ...next], BREAKDOWN) > BREAKDOWN)) continue
    next.push(q)
  }
  return { basis: [], projected: [], next, coupling: matrix(next.length, 0), steps: 0, largestImage: 0 }
}

function selectColumns({ rows, cols, data }: Matrix, chosen: readonly number[]): Matrix {
  const selected = matrix(rows, chosen.length)
  chosen.forEach((from, to) => {
    for (let j = 0; j < rows; j++) selected.data[j * chosen.length + to] = data[j * cols + from]!
  })
  return selected
}

function notFinite(): LabError {
  return new LabError(
    'degenerate',
    'blockLanczos: the operator returned a number that is not finite. ' +
      'Look at the state it was built from: training has probably diverged.',
  )
}
