/**
 * The first schema. Layers are NULL where a quantity has none, so uniqueness goes through ifnull(layer, -1):
 * SQLite counts every NULL of a unique index as different. Numbers that may be NaN are blobs, because SQLite turns a
 * NaN into NULL.
 */
export const initial = `
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  created_order INTEGER NOT NULL UNIQUE,
  system TEXT NOT NULL,
  name TEXT NOT NULL,
  seed INTEGER NOT NULL,
  spec TEXT NOT NULL,
  quantities TEXT NOT NULL,
  status TEXT NOT NULL CHECK (
    status IN ('pending', 'running', 'completed', 'diverged', 'failed', 'cancelled', 'interrupted')
  ),
  step INTEGER NOT NULL DEFAULT 0,
  steps INTEGER NOT NULL,
  flops_per_step REAL NOT NULL,
  provenance TEXT,
  error TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  binned_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_status ON runs (status);

CREATE TABLE queue (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL UNIQUE REFERENCES runs (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  quantity TEXT NOT NULL,
  layer INTEGER,
  last_value BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX series_by_name ON series (run_id, quantity, ifnull(layer, -1));

CREATE TABLE series_chunks (
  id INTEGER PRIMARY KEY,
  series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
  count INTEGER NOT NULL,
  data BLOB NOT NULL,
  digest BLOB NOT NULL
) STRICT;
CREATE INDEX chunks_by_series ON series_chunks (series_id, id);

CREATE TABLE arrays (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  quantity TEXT NOT NULL,
  layer INTEGER,
  step INTEGER NOT NULL,
  shape TEXT NOT NULL,
  dtype TEXT NOT NULL CHECK (dtype = 'float64'),
  data BLOB NOT NULL,
  digest BLOB NOT NULL,
  meta TEXT
) STRICT;
CREATE UNIQUE INDEX arrays_by_name ON arrays (run_id, quantity, ifnull(layer, -1), step);

CREATE TABLE claims (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  system TEXT NOT NULL,
  claim_id TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  holds INTEGER NOT NULL CHECK (holds IN (0, 1)),
  checks TEXT NOT NULL,
  checked_at INTEGER NOT NULL,
  PRIMARY KEY (run_id, claim_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE log (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  time INTEGER NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  message TEXT NOT NULL
) STRICT;
CREATE INDEX log_by_run ON log (run_id, id);

CREATE TABLE calibration (
  id INTEGER PRIMARY KEY,
  system TEXT NOT NULL,
  backend TEXT NOT NULL,
  flops_per_step REAL NOT NULL,
  seconds_per_step REAL NOT NULL,
  bytes_per_measurement REAL NOT NULL,
  measured_at INTEGER NOT NULL
) STRICT;
CREATE INDEX calibration_by_system ON calibration (system, backend);
`
