/**
 * Blobs whose checksum did not match, moved out of the way of everything that reads: `row` is the rest of their row as
 * JSON, so that nothing is thrown away.
 */
export const quarantine = `
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
  source TEXT NOT NULL,
  what TEXT NOT NULL,
  row TEXT NOT NULL,
  data BLOB NOT NULL,
  digest BLOB NOT NULL,
  found_at INTEGER NOT NULL
) STRICT;
CREATE INDEX quarantine_by_run ON quarantine (run_id);
`
