import { z } from 'zod'
import { comparisonSchema, type Comparison } from '#shared/comparison'
import type { SavedComparison } from '#shared/contract/comparisons'
import { LabError } from '#shared/errors'
import { jsonColumn, toJson } from './columns'
import type { Connection } from './connection'

/** Comparisons that were saved by name. */
export interface Comparisons {
  /** Latest first. */
  list(): readonly SavedComparison[]
  /** Latest first; of those too that cannot be read. */
  names(): readonly string[]
  /** @throws LabError 'not-found'; 'storage' if what is stored is no comparison */
  get(name: string): SavedComparison
  /** @throws LabError 'conflict' if the name is taken and `replace` is false */
  save(name: string, comparison: Comparison, replace: boolean, at: number): SavedComparison
  /** @throws LabError 'not-found' */
  remove(name: string): void
}

const row = z
  .object({ name: z.string(), comparison: jsonColumn(comparisonSchema), saved_at: z.int() })
  .transform(({ saved_at, ...rest }): SavedComparison => ({ ...rest, savedAt: saved_at }))

const nameRow = z.object({ name: z.string() })

export function comparisonsOn(connection: Connection): Comparisons {
  const find = (name: string) =>
    connection.get(row, 'SELECT name, comparison, saved_at FROM comparisons WHERE name = ?', [name])
  const notFound = (name: string) =>
    new LabError('not-found', `There is no comparison "${name}" in project "${connection.name}".`)

  return {
    names: () =>
      connection.all(nameRow, 'SELECT name FROM comparisons ORDER BY saved_at DESC, name').map(({ name }) => name),

    list: () => connection.all(row, 'SELECT name, comparison, saved_at FROM comparisons ORDER BY saved_at DESC, name'),

    get(name) {
      const found = find(name)
      if (!found) throw notFound(name)
      return found
    },

    save: (name, comparison, replace, at) =>
      connection.transaction(() => {
        if (!replace && find(name)) {
          const message = `There is a comparison "${name}" already. Choose another name, or replace it.`
          throw new LabError('conflict', message)
        }
        connection.run(
          `INSERT INTO comparisons (name, comparison, saved_at) VALUES (?, ?, ?)
           ON CONFLICT (name) DO UPDATE SET comparison = excluded.comparison, saved_at = excluded.saved_at`,
          [name, toJson(comparison), at],
        )
        return { name, comparison, savedAt: at }
      }),

    remove(name) {
      const { changes } = connection.run('DELETE FROM comparisons WHERE name = ?', [name])
      if (changes === 0) throw notFound(name)
    },
  }
}
