import { z } from 'zod'
import { jsonColumn } from '../columns'
import type { Connection } from '../connection'
import { floatBlobColumns } from '../floatBlob'
import { runValuesOn } from '../runValues'
import { extremesOf, unpackChunk } from '../seriesValue'
import { runSpecSchema } from '#shared/spec'

/**
 * What makes ten thousand runs quick to filter, sort and group, and what a person writes on them.
 *
 * The rows of `runs` are wide, so a narrow covering index stands for them in queries. Values of a spec are rows of
 * (name, run): a filter reads one stretch of one b-tree. Names are numbers there, and runs their created_order.
 */
export const schema = `
CREATE INDEX runs_shown ON runs (
  binned_at, created_order, system, name, seed, status, step, steps, created_at, started_at, ended_at
);

CREATE TABLE value_names (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE run_values (
  name_id INTEGER NOT NULL REFERENCES value_names (id),
  run INTEGER NOT NULL REFERENCES runs (created_order) ON DELETE CASCADE,
  number REAL,
  text TEXT,
  PRIMARY KEY (name_id, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_values_by_run ON run_values (run);

ALTER TABLE series ADD COLUMN last REAL;
ALTER TABLE series ADD COLUMN lowest REAL;
ALTER TABLE series ADD COLUMN highest REAL;
CREATE INDEX series_values ON series (quantity, ifnull(layer, -1), run_id, last, lowest, highest);
ALTER TABLE series_chunks ADD COLUMN first_step REAL NOT NULL DEFAULT 0;

CREATE INDEX claims_by_verdict ON claims (run_id, holds);

CREATE TABLE annotations (
  run INTEGER PRIMARY KEY REFERENCES runs (created_order) ON DELETE CASCADE,
  star INTEGER NOT NULL DEFAULT 0 CHECK (star IN (0, 1)),
  color TEXT,
  note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE run_tags (
  run INTEGER NOT NULL REFERENCES runs (created_order) ON DELETE CASCADE,
  tag TEXT NOT NULL COLLATE NOCASE,
  PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_tags_by_tag ON run_tags (tag, run);
`

const runRow = z.object({ created_order: z.number(), spec: jsonColumn(runSpecSchema) })
const seriesRow = z.object({ id: z.number() })
const chunkRow = z.object({ id: z.number(), count: z.int().min(0), ...floatBlobColumns })

/** The same for the runs that are there already. */
export function fill(connection: Connection): void {
  const values = runValuesOn(connection)
  for (const run of connection.all(
    runRow,
    'SELECT created_order, text AS spec FROM runs JOIN texts ON texts.id = spec_id',
  )) {
    values.add(run.created_order, run.spec)
  }
  for (const { id } of connection.all(seriesRow, 'SELECT id FROM series')) fillSeries(connection, id)
}

function fillSeries(connection: Connection, seriesId: number): void {
  const sql = 'SELECT id, count, data, digest FROM series_chunks WHERE series_id = ? ORDER BY id'
  const chunks = connection.all(chunkRow, sql, [seriesId]).map((chunk) => ({ id: chunk.id, ...unpackChunk(chunk) }))
  for (const { id, steps } of chunks) {
    connection.run('UPDATE series_chunks SET first_step = ? WHERE id = ?', [steps[0] ?? 0, id])
  }
  const { last, lowest, highest } = extremesOf(Float64Array.from(chunks.flatMap(({ values }) => [...values])))
  connection.run('UPDATE series SET last = ?, lowest = ?, highest = ? WHERE id = ?', [last, lowest, highest, seriesId])
}
