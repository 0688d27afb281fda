import { createHash } from 'node:crypto'
import type { RunSpec } from '#shared/spec'

/** SHA-256 (hex) of a spec as JSON with sorted keys and without its name: equal for runs that must agree bit for bit. */
export function specHash({ name: _, ...spec }: RunSpec): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(spec)))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]))
}
