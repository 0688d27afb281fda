import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The libraries that the package carries; none unless it was made with one. */
export function bundledBlas(packageResources: string): readonly string[] {
  const folder = join(packageResources, 'openblas')
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}
