/** One measured number with everything needed to repeat it; printed as one line of JSON. */
export interface Figure {
  readonly bench: string
  readonly case: Readonly<Record<string, string | number>>
  readonly metric: string
  readonly value: number
}

export interface BenchOptions {
  /** Print figures as JSON lines instead of a table. */
  readonly json: boolean
  /** Measure the peers in the same run and print ratios. */
  readonly peers: boolean
  emit(figure: Figure): void
  /** A line of progress or explanation: standard error. */
  say(line: string): void
}

export interface Benchmark {
  readonly name: string
  readonly summary: string
  run(options: BenchOptions): Promise<void>
}

/** Calls per second of `step`, timed for about `seconds` after a warm-up. */
export function callsPerSecond(step: () => void, seconds: number): number {
  for (let i = 0; i < 50; i++) step()
  let calls = 0
  const start = performance.now()
  for (let elapsed = 0; ; elapsed = performance.now() - start) {
    if (elapsed >= seconds * 1000) return (calls / elapsed) * 1000
    for (let i = 0; i < 20; i++) step()
    calls += 20
  }
}

/** The same for work that has to be waited for, after `warmUp` calls. */
export async function runsPerSecond(run: () => Promise<unknown>, seconds: number, warmUp = 1): Promise<number> {
  for (let i = 0; i < warmUp; i++) await run()
  const start = performance.now()
  for (let count = 0; ; count++) {
    const elapsed = performance.now() - start
    if (count > 0 && elapsed >= seconds * 1000) return (count / elapsed) * 1000
    await run()
  }
}

/** The middle of an odd number of rounds: robust against a neighbour that took the core for one of them. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
