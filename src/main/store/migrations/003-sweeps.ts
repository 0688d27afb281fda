/**
 * Sweeps, and a queue that can be ordered, held and paused.
 *
 * Long texts that many runs share (the spec without seed and name, the quantities) are stored once each: ten thousand
 * seeds of one setting are one text. `shape` is the same for runs of a sweep that can train as one program.
 *
 * The queue goes by priority, then position. `held` is a run's own, `paused` its sweep's: kept here too, so that finding
 * the next run passes over no held ones. A run with `until` rests at that step: it is pending, but in no queue, until all
 * runs of its sweep have come as far.
 */
export const sweeps = `
CREATE TABLE texts (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE sweeps (
  id TEXT PRIMARY KEY,
  created_order INTEGER NOT NULL UNIQUE,
  name TEXT NOT NULL,
  system TEXT NOT NULL,
  spec TEXT NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE named_specs (
  name TEXT PRIMARY KEY,
  spec TEXT NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO texts (text) SELECT DISTINCT json_remove(spec, '$.seed', '$.name') FROM runs;
INSERT OR IGNORE INTO texts (text) SELECT DISTINCT quantities FROM runs;
ALTER TABLE runs ADD COLUMN spec_id INTEGER REFERENCES texts (id);
ALTER TABLE runs ADD COLUMN quantities_id INTEGER REFERENCES texts (id);
UPDATE runs SET
  spec_id = (SELECT id FROM texts WHERE text = json_remove(runs.spec, '$.seed', '$.name')),
  quantities_id = (SELECT id FROM texts WHERE text = runs.quantities);
ALTER TABLE runs DROP COLUMN spec;
ALTER TABLE runs DROP COLUMN quantities;

ALTER TABLE runs ADD COLUMN sweep_id TEXT REFERENCES sweeps (id);
ALTER TABLE runs ADD COLUMN sweep_index INTEGER;
ALTER TABLE runs ADD COLUMN shape TEXT;
ALTER TABLE runs ADD COLUMN until INTEGER;
CREATE INDEX runs_of_sweep ON runs (sweep_id, sweep_index) WHERE sweep_id IS NOT NULL;
CREATE INDEX sweep_progress ON runs (sweep_id, status, step, steps, ended_at) WHERE sweep_id IS NOT NULL;

CREATE TABLE waiting (
  run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  priority INTEGER NOT NULL DEFAULT 0 CHECK (priority BETWEEN -2 AND 2),
  position INTEGER NOT NULL,
  held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  sweep_id TEXT REFERENCES sweeps (id),
  shape TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO waiting (run_id, position) SELECT run_id, position FROM queue;
DROP TABLE queue;
ALTER TABLE waiting RENAME TO queue;
CREATE INDEX queue_order ON queue (priority DESC, position);
CREATE INDEX queue_ready ON queue (priority DESC, position) WHERE held = 0 AND paused = 0;
CREATE INDEX queue_of_sweep ON queue (sweep_id, shape, priority DESC, position);

CREATE TABLE queue_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  paused INTEGER NOT NULL CHECK (paused IN (0, 1))
) STRICT;
INSERT INTO queue_state (id, paused) VALUES (1, 0);
`
