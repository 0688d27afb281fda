import type { z } from 'zod'

/**
 * Keeps a value as JSON in the browser's storage. What does not fit the schema, written by another version or by hand,
 * is taken as the fallback: starting anew loses nothing that was run.
 */
export function storedJson<T>(schema: z.ZodType<T>, fallback: T) {
  return {
    read: (text: string): T => {
      const stored = schema.safeParse(parseJson(text))
      return stored.success ? stored.data : fallback
    },
    write: (value: T): string => JSON.stringify(value),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // which no schema of ours accepts
  }
}
