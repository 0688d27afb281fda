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

/**
 * Milliseconds of processor time that this process has used: what a neighbour takes of the core does not count. One
 * thread's work, so it is the time that a free core would need.
 */
export function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Calls per second of processor time, measured for about `seconds` after a warm-up. */
export function callsPerSecond(step: () => void, seconds: number): number {
  const warmUp = cpuMilliseconds() + seconds * 100
  let together = 0
  for (; together < 50 || cpuMilliseconds() < warmUp; together++) step()
  let calls = 0
  const start = cpuMilliseconds()
  for (let elapsed = 0; ; elapsed = cpuMilliseconds() - start) {
    if (elapsed >= seconds * 1000) return (calls / elapsed) * 1000
    // Rarely enough for the clock to cost nothing.
    for (let i = 0; i < together; i++) step()
    calls += together
  }
}

/** The same for work that waits for its results; calls that take long are warmed up once. */
export async function callsPerSecondOf(work: () => Promise<void>, seconds: number): Promise<number> {
  const began = cpuMilliseconds()
  for (let i = 0; i < 5 && cpuMilliseconds() - began < seconds * 200; i++) await work()
  const start = cpuMilliseconds()
  for (let calls = 0; ; calls++) {
    const elapsed = cpuMilliseconds() - start
    if (calls > 0 && elapsed >= seconds * 1000) return (calls / elapsed) * 1000
    await work()
  }
}

/** The middle of an odd number of rounds: robust against a neighbour that took the core for one of them. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
