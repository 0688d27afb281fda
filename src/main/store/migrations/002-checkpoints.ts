/**
 * Stored states of runs. A resume point is not kept: the next one, or any kept state, takes its place. The last finite
 * loss is what a run that goes on from here would report if it diverged at once.
 *
 * Runs remember at which step they last started, and how often they died since they last got further.
 */
export const checkpoints = `
CREATE TABLE checkpoints (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  kept INTEGER NOT NULL CHECK (kept IN (0, 1)),
  last_finite_loss REAL NOT NULL,
  UNIQUE (run_id, step)
) STRICT;

CREATE TABLE checkpoint_arrays (
  checkpoint_id INTEGER NOT NULL REFERENCES checkpoints (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  dtype TEXT NOT NULL CHECK (dtype IN ('float64', 'float32')),
  shape TEXT NOT NULL,
  data BLOB NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (checkpoint_id, position)
) STRICT;

ALTER TABLE runs ADD COLUMN started_at_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
`
