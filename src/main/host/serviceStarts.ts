import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

/** After so many starts in a row that ended without a word, nothing goes on by itself. */
const MOST_FAILURES = 2
/** A service that is up for so long has not failed to start. */
const HEALTHY_AFTER_MS = 10_000

export interface ServiceStart {
  /** The last starts failed: what they went on with by themselves is left alone. */
  readonly isSafe: boolean
  /** It is up, was closed, or could not be opened and said why. */
  over(): void
}

/**
 * Counts a start of the service on a project as failed until it is over: a process that crashes or is killed says
 * nothing. A run that takes the whole machine down each time it goes on can so be left behind.
 *
 * @param file beside the project; there only while a start is not over
 */
export function beginServiceStart(file: string, healthyAfterMs = HEALTHY_AFTER_MS): ServiceStart {
  const failures = failuresIn(file)
  try {
    writeFileSync(file, String(failures + 1))
  } catch {
    // Nobody can write there: opening the project says so, or opens it for reading, where nothing goes on anyway.
  }
  const over = () => {
    clearTimeout(timer)
    rmSync(file, { force: true })
  }
  const timer = setTimeout(over, healthyAfterMs)
  timer.unref()
  return { isSafe: failures >= MOST_FAILURES, over }
}

function failuresIn(file: string): number {
  try {
    return z.coerce.number().int().min(0).catch(0).parse(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}
