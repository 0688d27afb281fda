import type { RunDetail } from '#shared/contract/index'

/** Which run a figure is of, for the file's metadata. */
export function runProvenance({ id, system, seed, provenance }: RunDetail): Readonly<Record<string, string>> {
  const version = provenance?.['version']
  return { run: id, system, seed: String(seed), ...(version !== undefined && { version: String(version) }) }
}
