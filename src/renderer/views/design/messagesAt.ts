import type { FieldIssue } from '#shared/params'

/** What is said of a field, or of a part of it. */
export function messagesAt(list: readonly FieldIssue[], path: string): string[] {
  return list.filter((entry) => entry.path === path || entry.path.startsWith(`${path}.`)).map((entry) => entry.message)
}
