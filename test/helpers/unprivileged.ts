/** What Debian and macOS call nobody. */
const NOBODY = 65534

/**
 * Does something as somebody whom permissions stop: as root they stop nothing. Runs it as it is elsewhere (Windows has no
 * such users, and whoever is not root is stopped anyway).
 */
export async function unprivileged<T>(work: () => T): Promise<Awaited<T>> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    return await work()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}
