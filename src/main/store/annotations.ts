import { z } from 'zod'
import { runColors, type MarkChange, type RunMarks } from '#shared/contract/runs'
import type { RunId } from '#shared/ids'
import { flagColumn, jsonColumn } from './columns'
import type { Connection } from './connection'
import type { RunMarking } from './runContent'
import type { RunSource } from './runSource'
import { sql, type Sql } from './sql'

/** Stars, colours, tags and notes: what a person adds to a run, and nothing that a run itself writes. */
export interface Annotations {
  /** All or nothing over the runs; ids that are not there are passed over. */
  change(runIds: readonly RunId[], change: MarkChange): void
  /** Markdown; empty where nothing was written. */
  note(runId: RunId): string
  /** Everything that was written on one run. */
  of(runId: RunId): RunMarking
  /** Tags in use outside the bin, the commonest first. */
  tags(): readonly { tag: string; runs: number }[]
}

const tagRow = z.object({ tag: z.string(), runs: z.number() })

/** The columns of a run's marks, as `annotationRow` reads them. */
export function annotationColumns(source: RunSource): Sql {
  return sql`ifnull(${source.annotation('star')}, 0) AS star, ${source.annotation('color')} AS color,
    ifnull(${source.annotation('note')}, '') <> '' AS has_note,
    (SELECT json_group_array(tag ORDER BY tag) FROM run_tags WHERE run = runs.created_order) AS tags`
}

export const annotationRow = z
  .looseObject({
    star: z.number(),
    color: z.enum(runColors).nullable(),
    has_note: z.number(),
    tags: jsonColumn(z.array(z.string())),
  })
  .transform(({ star, color, has_note, tags }): RunMarks & { hasNote: boolean } => ({
    star: star === 1,
    color,
    tags,
    hasNote: has_note === 1,
  }))

const markingRow = z.object({
  star: flagColumn,
  color: z.enum(runColors).nullable(),
  tags: jsonColumn(z.array(z.string())),
  note: z.string(),
})

export function annotationsOn(connection: Connection): Annotations {
  const theRuns = 'FROM json_each(?) JOIN runs ON runs.id = value'
  const columns = ['star', 'color', 'note'] as const

  return {
    change: (runIds, change) =>
      connection.transaction(() => {
        const ids = JSON.stringify(runIds)
        for (const column of columns) {
          const value = change[column]
          if (value === undefined) continue
          const stored = typeof value === 'boolean' ? Number(value) : value
          // SQLite takes the ON of an upsert for that of a join unless a WHERE stands before it.
          const upsert = `INSERT INTO annotations (run, ${column}) SELECT created_order, ? ${theRuns} WHERE true
            ON CONFLICT (run) DO UPDATE SET ${column} = excluded.${column}`
          connection.run(upsert, [stored, ids])
        }
        for (const tag of change.addTags ?? []) {
          const add = `INSERT INTO run_tags (run, tag) SELECT created_order, ? ${theRuns} WHERE true
            ON CONFLICT (run, tag) DO NOTHING`
          connection.run(add, [tag, ids])
        }
        for (const tag of change.removeTags ?? []) {
          connection.run(`DELETE FROM run_tags WHERE tag = ? AND run IN (SELECT created_order ${theRuns})`, [tag, ids])
        }
      }),

    note: (runId) =>
      connection.get(
        z.object({ note: z.string() }),
        'SELECT note FROM annotations JOIN runs ON created_order = run WHERE runs.id = ?',
        [runId],
      )?.note ?? '',

    of: (runId) =>
      connection.get(
        markingRow,
        `SELECT ifnull(star, 0) AS star, color, ifnull(note, '') AS note,
           (SELECT json_group_array(tag ORDER BY tag) FROM run_tags WHERE run_tags.run = created_order) AS tags
         FROM runs LEFT JOIN annotations ON annotations.run = created_order WHERE runs.id = ?`,
        [runId],
      ) ?? { star: false, color: null, tags: [], note: '' },

    tags: () =>
      connection.all(
        tagRow,
        `SELECT tag, count(*) AS runs FROM run_tags JOIN runs ON created_order = run
         WHERE binned_at IS NULL GROUP BY tag ORDER BY runs DESC, tag`,
      ),
  }
}
