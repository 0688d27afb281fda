import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '#shared/json'
import { paramText } from '#shared/params'
import type { RunSpec } from '#shared/spec'
import type { Connection } from './connection'

/** Values of a spec that are no parameters of its system; a parameter's name holds no dot. */
export const specValues = { dtype: 'spec.dtype', blas: 'spec.blas', setting: 'spec.setting' } as const

/** The values of every run's spec by name, for filters, columns and groups. */
export interface RunValues {
  /** Part of the transaction that adds the run. @param run its created_order */
  add(run: number, spec: RunSpec): void
  /** Every parameter that a run of this project has. */
  parameters(): readonly string[]
  /** Those that have more than one value, the ones with the most first; runs in the bin do not count. */
  differing(limit: number): readonly string[]
}

const nameRow = z.object({ name: z.string() })

export function runValuesOn(connection: Connection): RunValues {
  function insert(run: number, name: string, value: number | string): boolean {
    const [number, text] = typeof value === 'number' ? [value, null] : [null, value]
    const sql = `INSERT INTO run_values (name_id, run, number, text)
      SELECT id, ?, ?, ? FROM value_names WHERE name = ?`
    return connection.run(sql, [run, number, text, name]).changes > 0
  }

  return {
    add(run, spec) {
      for (const [name, value] of Object.entries(valuesOf(spec))) {
        if (insert(run, name, value)) continue
        connection.run('INSERT INTO value_names (name) VALUES (?)', [name])
        insert(run, name, value)
      }
    },
    parameters: () =>
      connection
        .all(nameRow, "SELECT name FROM value_names WHERE name NOT LIKE 'spec.%' ORDER BY id")
        .map(({ name }) => name),

    differing: (limit) =>
      connection
        .all(
          nameRow,
          `SELECT name, count(DISTINCT ifnull(number, text)) AS different
           FROM value_names CROSS JOIN run_values ON id = name_id
           WHERE name NOT LIKE 'spec.%' AND run NOT IN (SELECT created_order FROM runs WHERE binned_at IS NOT NULL)
           GROUP BY id HAVING different > 1 ORDER BY different DESC, id LIMIT ?`,
          [limit],
        )
        .map(({ name }) => name),
  }
}

/** Lists are kept as text, as a person reads and types them. */
function valuesOf({ params, backend, ...spec }: RunSpec): Record<string, number | string> {
  const parameters = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'number' ? value : paramText(value),
  ])
  return {
    ...Object.fromEntries(parameters),
    [specValues.dtype]: backend.dtype,
    [specValues.blas]: backend.blas,
    [specValues.setting]: settingOf({ params, backend, ...spec }),
  }
}

/** A short name of everything in a spec but its seed and its name: runs that share it differ by chance alone. */
function settingOf({ seed: _seed, name: _name, ...setting }: RunSpec): string {
  return createHash('sha256').update(canonicalJson(setting)).digest('base64url').slice(0, 16)
}
