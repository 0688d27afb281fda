/** Steps are counted in slices of this length, and the last few of them make the rate. */
const SLICE_MS = 1000
const SLICES = 10

/** Steps per second over the last ten seconds, of each group of runs and of all together. */
export class Throughput {
  /** By group, then by the number of the slice. */
  readonly #steps = new Map<string, Map<number, number>>()

  constructor(readonly now: () => number) {}

  add(group: string, steps: number): void {
    const slice = this.#slice()
    const slices = this.#steps.get(group) ?? new Map<number, number>()
    slices.set(slice, (slices.get(slice) ?? 0) + steps)
    for (const old of slices.keys()) if (old <= slice - SLICES) slices.delete(old)
    this.#steps.set(group, slices)
  }

  /** Of one group, or of all; 0 when nothing has moved for a while. */
  perSecond(group?: string): number {
    const groups =
      group === undefined ? [...this.#steps.values()] : [this.#steps.get(group) ?? new Map<number, number>()]
    const newest = this.#slice()
    const recent = groups.flatMap((slices) => [...slices].filter(([slice]) => slice > newest - SLICES))
    if (recent.length === 0) return 0
    // From the first step that is remembered: a rate over ten seconds that began two seconds ago would be too small.
    const oldest = Math.min(...recent.map(([slice]) => slice))
    const seconds = Math.max(this.now() - oldest * SLICE_MS, SLICE_MS) / 1000
    return recent.reduce((sum, [, steps]) => sum + steps, 0) / seconds
  }

  #slice(): number {
    return Math.floor(this.now() / SLICE_MS)
  }
}
