/** Rounding along one direction, as a share of ‖H‖. */
const NOISE = 2 * Number.EPSILON
/** Rounding as it may have been: one of them can cancel what grows, all of them at once hardly. */
const TRIALS = 4

/**
 * How far Lanczos vectors have lost their orthogonality, from the coefficients alone and without an inner product.
 *
 * ω_{j,k} = q_jᵀ q_k follows the three-term recurrence that the vectors follow:
 *
 *   β_j ω_{j+1,k} = β_k ω_{j,k+1} + (α_k − α_j) ω_{j,k} + β_{k−1} ω_{j,k−1} − β_{j−1} ω_{j−1,k} ± noise,
 *
 * β_k the coupling of q_k and q_{k+1}. Simon 1984, Linear Algebra Appl. 61, 101, and Math. Comp. 42, 115. The noise is what
 * rounding of a product does along one direction: Simon takes 0.3 ε (β_k + β_j) times a normal number; here it is 2 ε ‖H‖
 * with signs of four kinds, and the estimate the largest of the four: with a single one, what has grown was met a hundred
 * times as large. Where a step was made orthogonal to everything its row is the noise alone.
 */
export class OrthogonalityEstimate {
  readonly #trials = Array.from({ length: TRIALS }, (_, i) => new Recurrence(i))

  /**
   * The row of q_{j+1}.
   *
   * @param alpha α_0 … α_j
   * @param beta β_0 … β_j, the last of them ‖w‖ of the direction that comes next
   * @param scale an estimate of ‖H‖
   * @returns the largest |ω_{j+1,k}|
   */
  advance(alpha: readonly number[], beta: readonly number[], scale: number): number {
    let largest = 0
    for (const trial of this.#trials) largest = Math.max(largest, trial.advance(alpha, beta, NOISE * scale))
    return largest
  }

  /** The newest vector was made orthogonal to all others. */
  restore(): void {
    for (const trial of this.#trials) trial.restore()
  }
}

class Recurrence {
  /** ω_{j,k} and ω_{j−1,k}, k from 0, with the diagonal behind them. */
  #row: number[] = [1]
  #before: number[] = []

  /** @param kind of the signs of the noise: 0 makes matters worse wherever it stands, the others are drawn */
  constructor(private readonly kind: number) {}

  advance(alpha: readonly number[], beta: readonly number[], noise: number): number {
    const j = alpha.length - 1
    const [row, before, b] = [this.#row, this.#before, beta[j]!]
    // The list of the row before last becomes that of the next one: a step makes no garbage.
    const next = before
    let largest = noise / b
    for (let k = 0; k < j; k++) {
      const below = k > 0 ? beta[k - 1]! * row[k - 1]! : 0
      const sum = beta[k]! * row[k + 1]! + (alpha[k]! - alpha[j]!) * row[k]! + below - beta[j - 1]! * before[k]!
      const isNegative = this.kind === 0 ? sum < 0 : drawnBit(this.kind, j, k)
      next[k] = (sum + (isNegative ? -noise : noise)) / b
      largest = Math.max(largest, Math.abs(next[k]!))
    }
    next[j] = (this.kind > 0 && drawnBit(this.kind, j, j) ? -noise : noise) / b
    next[j + 1] = 1
    this.#before = row
    this.#row = next
    return largest
  }

  restore(): void {
    this.#row.fill(NOISE, 0, this.#row.length - 1)
  }
}

/** The same on every machine and in every run. */
function drawnBit(kind: number, j: number, k: number): boolean {
  let bits = Math.imul(kind, 0x9e3779b1) ^ Math.imul(j + 1, 0x85ebca77) ^ Math.imul(k + 1, 0xc2b2ae3d)
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d)
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39)
  return ((bits ^ (bits >>> 15)) & 1) === 1
}
