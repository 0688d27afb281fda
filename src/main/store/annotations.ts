import { z } from 'zod'
import { runColors, type MarkChange, type MarkStep, type RunMarks } from '#shared/contract/runs'
import { runIdSchema, type RunId } from '#shared/ids'
import { flagColumn, jsonColumn } from './columns'
import type { Connection } from './connection'
import type { RunMarking } from './runContent'
import type { RunSource } from './runSource'
import { sql, type Sql } from './sql'

/** Names, stars, colours, tags and notes: what a person adds to a run, and nothing that a run itself writes. */
export interface Annotations {
  /**
   * All or nothing over the runs; ids that are not there are passed over.
   *
   * @returns the steps that take it back
   */
  change(runIds: readonly RunId[], change: MarkChange): readonly MarkStep[]
  /** Those of the runs that are there, in the order of the ids. */
  marks(runIds: readonly RunId[]): readonly (RunMarks & { readonly id: RunId })[]
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
  .transform(({ star, color, has_note, tags }): RunMarks => ({
    star: star === 1,
    color,
    tags,
    hasNote: has_note === 1,
  }))

const markedRow = z.object({
  id: runIdSchema,
  name: z.string(),
  star: flagColumn,
  color: z.enum(runColors).nullable(),
  tags: jsonColumn(z.array(z.string())),
  note: z.string(),
})
type MarkedRun = z.output<typeof markedRow>

const NO_MARKS: RunMarking = { star: false, color: null, tags: [], note: '' }

export function annotationsOn(connection: Connection): Annotations {
  const theRuns = 'FROM json_each(?) JOIN runs ON runs.id = value'
  const columns = ['star', 'color', 'note'] as const

  function marked(runIds: readonly RunId[]): MarkedRun[] {
    return connection.all(
      markedRow,
      `SELECT runs.id, name, ifnull(star, 0) AS star, color, ifnull(note, '') AS note,
         (SELECT json_group_array(tag ORDER BY tag) FROM run_tags WHERE run = created_order) AS tags
       ${theRuns} LEFT JOIN annotations ON run = created_order ORDER BY json_each.key`,
      [JSON.stringify(runIds)],
    )
  }

  return {
    change: (runIds, change) =>
      connection.transaction(() => {
        const ids = JSON.stringify(runIds)
        const before = marked(runIds)
        if (change.name !== undefined) {
          connection.run('UPDATE runs SET name = ? WHERE id IN (SELECT value FROM json_each(?))', [change.name, ids])
        }
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
        return stepsBack(before, change)
      }),

    marks: (runIds) =>
      marked(runIds).map(({ id, star, color, tags, note }) => ({ id, star, color, tags, hasNote: note !== '' })),

    of(runId) {
      const [run] = marked([runId])
      return run ? { star: run.star, color: run.color, tags: run.tags, note: run.note } : NO_MARKS
    },

    tags: () =>
      connection.all(
        tagRow,
        `SELECT tag, count(*) AS runs FROM run_tags JOIN runs ON created_order = run
         WHERE binned_at IS NULL GROUP BY tag ORDER BY runs DESC, tag`,
      ),
  }
}

/** One step for each state that the runs were in; none for what a change leaves as it was. */
function stepsBack(before: readonly MarkedRun[], change: MarkChange): MarkStep[] {
  function back<T>(wanted: T | undefined, had: (run: MarkedRun) => T, undo: (value: T) => MarkChange): MarkStep[] {
    const changed = wanted === undefined ? [] : before.filter((run) => had(run) !== wanted)
    return [...Map.groupBy(changed, had)].map(([value, runs]) => ({
      runIds: runs.map(({ id }) => id),
      change: undo(value),
    }))
  }
  const ofTag = (tag: string, wanted: boolean) =>
    back(
      wanted,
      ({ tags }) => tags.includes(tag),
      () => (wanted ? { removeTags: [tag] } : { addTags: [tag] }),
    )
  return [
    ...back(
      change.name,
      ({ name }) => name,
      (name) => ({ name }),
    ),
    ...back(
      change.star,
      ({ star }) => star,
      (star) => ({ star }),
    ),
    ...back(
      change.color,
      ({ color }) => color,
      (color) => ({ color }),
    ),
    ...back(
      change.note,
      ({ note }) => note,
      (note) => ({ note }),
    ),
    ...(change.addTags ?? []).flatMap((tag) => ofTag(tag, true)),
    ...(change.removeTags ?? []).flatMap((tag) => ofTag(tag, false)),
  ]
}
