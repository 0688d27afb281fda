import { createHash } from 'node:crypto'
import { canonicalJson } from '#shared/json'
import type { RunSpec } from '#shared/spec'

/** SHA-256 (hex) of a spec as JSON with sorted keys and without its name: equal for runs that must agree bit for bit. */
export function specHash({ name: _, ...spec }: RunSpec): string {
  return createHash('sha256').update(canonicalJson(spec)).digest('hex')
}
