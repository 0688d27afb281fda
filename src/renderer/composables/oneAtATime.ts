/**
 * Makes `work` run at most once at a time: calls during its run cause one more run after it, however many they were.
 * Each call resolves when no run is due any more; `work` must not reject.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let isDue = false
  async function drain(): Promise<void> {
    while (isDue) {
      isDue = false
      await work()
    }
    running = null
  }
  return () => {
    isDue = true
    return (running ??= drain())
  }
}
