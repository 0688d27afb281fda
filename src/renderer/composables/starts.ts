import { z } from 'zod'

/** What a start needs of the browser's storage. */
export interface TextStorage {
  getItem(key: string): string | null
  setItem(key: string, text: string): void
}

const KEY = 'collapsar.failedStarts'
/** After so many starts in a row that failed, nothing is restored. */
const MOST_FAILURES = 2
/** A start that came this far has not failed. */
export const healthyAfterMs = 4000

export interface Start {
  /** Draft, place and layouts are left alone, because the last starts failed. */
  readonly isSafe: boolean
  /** Something was thrown while the workbench came up. */
  failed(): void
  /** The workbench is up, or the person closed it while it was well. */
  succeeded(): void
  /** The next start restores everything again. */
  forget(): void
}

/**
 * Counts a start as failed until it is said to have succeeded: a window that crashes or hangs says nothing. A draft or
 * layout that makes the page fail can so be left behind.
 */
export function beginStart(storage: TextStorage): Start {
  const failures = z.coerce
    .number()
    .int()
    .min(0)
    .catch(0)
    .parse(storage.getItem(KEY) ?? 0)
  let hasFailed = false
  storage.setItem(KEY, String(failures + 1))
  return {
    isSafe: failures >= MOST_FAILURES,
    failed: () => (hasFailed = true),
    succeeded() {
      if (!hasFailed) storage.setItem(KEY, '0')
    },
    forget: () => storage.setItem(KEY, '0'),
  }
}
