import { setImmediate } from 'node:timers/promises'
import { random } from '#main/compute/rng/random'
import type { LinearOperator } from '#main/core/linearOperator'
import { BlockLanczos, freshRun } from './blockLanczos'
import type { EigenpairsState, ExtremeEigenpairsOptions, LockedPair, Settings, Solved } from './extremeEigenpairs'
import { rayleighRitzInPlace } from './rayleighRitz'
import { indexFrom, leadingConverged, RunJudge, signOf, type End, type Goal, type Verdict } from './runJudge'
import { stored, type StoredVector } from './storedVectors'
import { VectorStack } from './vectorStack'

const ENDS = ['top', 'bottom'] as const

/** The block Lanczos runs of one call of `extremeEigenpairs`, which says how they go, and what they have locked. */
export class EigenpairSearch {
  #locked: Record<End, LockedPair[]>
  /** The other Ritz vectors of the run that found the last wanted pair, for the run after it to stay clear of. */
  #aside: readonly StoredVector[]
  #run: number
  #products: number
  #normFloor: number

  constructor(
    private readonly operator: LinearOperator,
    private readonly settings: Settings,
    private readonly options: ExtremeEigenpairsOptions,
  ) {
    const { resume } = options
    this.#locked = { top: [...(resume?.locked.top ?? [])], bottom: [...(resume?.locked.bottom ?? [])] }
    this.#aside = new VectorStack(operator.n, settings.storage, resume?.aside).vectors
    this.#run = resume?.run ?? 0
    this.#products = resume?.products ?? 0
    this.#normFloor = resume?.normFloor ?? 0
  }

  async solve(): Promise<Solved> {
    const { n } = this.operator
    const { storage, keepImages, seed, blockSize, tolerance } = this.settings
    let { resume } = this.options
    do {
      const avoided = [...this.#packedLocked(), ...this.#aside]
      const stream = random(seed, `topEigenpairs/${this.#run}`)
      const start = resume?.process ?? freshRun(this.operator, avoided, blockSize, stream, keepImages)
      const run = new BlockLanczos(this.operator, avoided, storage, this.#normFloor, start)
      const judge = new RunJudge(this.#goals(), tolerance, resume?.judge ?? null)
      resume = undefined
      const verdict = await this.#follow(run, judge)
      this.#normFloor = run.size > 0 ? run.normEstimate : this.#normFloor
      if (typeof verdict === 'string') return this.#interrupted(verdict, run, judge)
      if (verdict.nothingMore) break
      // What a run beside others meets is no eigenpair yet, but a reason to run once more without them.
      if (this.#aside.length > 0) this.#aside = []
      else this.#lock(run, verdict.accept)
      this.#run++
    } while (this.#lockedPairs().length < n)
    return this.#finished('done', this.#locked, null)
  }

  /** Steps until the judge ends the run, or something else does. */
  async #follow(run: BlockLanczos, judge: RunJudge): Promise<Verdict | 'products' | 'cancelled'> {
    const { count, maxProducts, maxBasis, keepImages } = this.settings
    const forResiduals = keepImages ? 0 : count
    const full = () => run.size + run.blockSize > maxBasis
    for (let verdict = judge.verdict(run, false); ; verdict = judge.verdict(run, full())) {
      if (verdict) return verdict
      if (this.#products + run.blockSize + forResiduals > maxProducts) return 'products'
      if (full()) run.restart(this.#keptPairs(run.size))
      if (!(await run.step(() => this.#mayMultiply()))) return 'cancelled'
      this.#products += run.lastBlockSize
      this.options.onStep?.(() => this.#state(run, judge))
    }
  }

  async #mayMultiply(): Promise<boolean> {
    const { signal, onProgress } = this.options
    // While products are synchronous this is the only way in for the message that cancels.
    await setImmediate()
    if (signal?.aborted) return false
    const converged = this.#lockedPairs().length
    await onProgress?.({ products: this.#products, converged, count: this.settings.count })
    return !signal?.aborted
  }

  #lockedPairs(): LockedPair[] {
    return [...this.#locked.top, ...this.#locked.bottom]
  }

  /** The locked vectors side by side, grouped by their places: the same after an interruption as without one. */
  #packedLocked(): readonly StoredVector[] {
    const packed = (given: readonly StoredVector[]) =>
      new VectorStack(this.operator.n, this.settings.storage, given).vectors
    const pairs = this.#lockedPairs()
    const vectors = packed(pairs.map(({ vector }) => vector))
    const images = packed(pairs.flatMap(({ image }) => (image ? [image] : [])))
    const moved = pairs.map((pair, k) => ({ ...pair, vector: vectors[k]!, image: images[k] ?? null }))
    const atTop = this.#locked.top.length
    this.#locked = { top: moved.slice(0, atTop), bottom: moved.slice(atTop) }
    return vectors
  }

  #goals(): Goal[] {
    return ENDS.filter((end) => this.settings.wanted[end] > 0).map((end) => {
      const missing = this.settings.wanted[end] - this.#locked[end].length
      return { end, missing, floor: missing > 0 ? null : (this.#locked[end].at(-1)?.value ?? null) }
    })
  }

  /** Half of the basis goes through a restart, shared between the ends as they are wanted. */
  #keptPairs(size: number): number[] {
    const { wanted, count, maxBasis } = this.settings
    const kept = Math.min(Math.floor(maxBasis / 2), size - 1)
    const atTop = Math.round((kept * wanted.top) / count)
    const atBottom = kept - atTop
    return Array.from({ length: kept }, (_, k) => (k < atTop ? k : size - atBottom + k - atTop))
  }

  #lock(run: BlockLanczos, accept: Readonly<Record<End, number>>): void {
    const chosen = ENDS.flatMap((end) =>
      Array.from({ length: accept[end] }, (_, k) => ({ end, i: indexFrom(end, k, run.size) })),
    )
    const { values, residuals } = run.ritz()
    const indices = chosen.map(({ i }) => i)
    const complete = ENDS.every((end) => this.#locked[end].length + accept[end] >= this.settings.wanted[end])
    const others = complete ? [...values.keys()].filter((i) => !indices.includes(i)) : []
    const { taken, aside } = run.takeRitzVectors(indices, others)
    this.#aside = new VectorStack(this.operator.n, this.settings.storage, aside).vectors
    chosen.forEach(({ end, i }, k) => {
      this.#locked[end].push({ value: values[i]!, ...taken[k]!, residual: residuals[i]! })
    })
    for (const end of ENDS) {
      this.#locked[end].sort(outwardFirst(end))
      // Vectors beyond the wanted number are set free again: they cannot belong to the result.
      this.#locked[end].length = Math.min(this.#locked[end].length, this.settings.wanted[end])
    }
  }

  /** The best that is known when a run is cut off: locked pairs, then the Ritz pairs of that run. */
  async #interrupted(stopped: 'products' | 'cancelled', run: BlockLanczos, judge: RunJudge): Promise<Solved> {
    const { wanted, tolerance, storage } = this.settings
    const { values, residuals } = run.ritz()
    // Beside others a run has no eigenpairs to offer.
    const free = new Set(this.#aside.length > 0 ? [] : values.keys())
    const best = { top: [...this.#locked.top], bottom: [...this.#locked.bottom] }
    for (const end of ENDS) {
      const outward = Float64Array.from(residuals, (_, k) => residuals[indexFrom(end, k, run.size)]!)
      const converged = leadingConverged(outward, tolerance * this.#normFloor)
      const candidates = Math.min(Math.max(converged, wanted[end] - best[end].length), wanted[end], run.size)
      for (let k = 0; k < candidates; k++) {
        const i = indexFrom(end, k, run.size)
        if (!free.delete(i)) break
        const { vector, image } = run.ritzVector(i)
        const kept = { vector: stored(vector, storage), image: image && stored(image, storage) }
        best[end].push({ value: values[i]!, ...kept, residual: residuals[i]! })
      }
      best[end].sort(outwardFirst(end)).splice(wanted[end])
    }
    return this.#finished(stopped, best, this.#state(run, judge))
  }

  #state(run: BlockLanczos, judge: RunJudge): EigenpairsState {
    return {
      locked: this.#locked,
      aside: this.#aside,
      run: this.#run,
      process: run.state(),
      judge: judge.state(),
      normFloor: this.#normFloor,
      products: this.#products,
    }
  }

  async #finished(
    stopped: Solved['stopped'],
    best: Readonly<Record<End, readonly LockedPair[]>>,
    state: EigenpairsState | null,
  ): Promise<Solved> {
    const [products, normEstimate] = [this.#products, this.#normFloor]
    const pairs = [...best.top, ...best.bottom]
    const images = pairs.flatMap(({ image }) => (image ? [image] : []))
    const known = images.length === pairs.length
    if (stopped === 'cancelled' && !known) {
      const estimated = (found: readonly LockedPair[]) => found.map((pair) => ({ ...pair, recomputed: false }))
      return { top: estimated(best.top), bottom: estimated(best.bottom), products, normEstimate, stopped, state }
    }
    // Whoever resumes needs the locked vectors as they are.
    const owned = (given: readonly StoredVector[]) =>
      state ? given.map((vector) => stored(vector, this.settings.storage)) : given
    const vectors = owned(pairs.map(({ vector }) => vector))
    const refined = await rayleighRitzInPlace(this.operator, vectors, known ? owned(images) : null)
    const recomputed = refined.map((pair) => ({ ...pair, recomputed: true }))
    return {
      top: recomputed.slice(0, best.top.length),
      bottom: recomputed.slice(best.top.length).reverse(),
      products: products + (known ? 0 : pairs.length),
      normEstimate,
      stopped,
      state,
    }
  }
}

function outwardFirst(end: End): (a: LockedPair, b: LockedPair) => number {
  return (a, b) => signOf(end) * (b.value - a.value)
}
