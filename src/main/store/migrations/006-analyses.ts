/**
 * Spectra computed after a run, or of a matrix from a file (run_id and step are NULL then). One row for each question:
 * input_hash covers everything that the answer depends on. Searches that were stopped keep their basis in arrays whose
 * names begin with 'state/', and its plain numbers in search.
 */
export const analyses = `
CREATE TABLE analyses (
  id INTEGER PRIMARY KEY,
  run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
  step INTEGER,
  matrix TEXT NOT NULL,
  spec TEXT NOT NULL,
  input_hash TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'done', 'cancelled', 'interrupted', 'failed')),
  meta TEXT,
  levels TEXT,
  search TEXT,
  error TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX analyses_by_run ON analyses (run_id, id);

CREATE TABLE analysis_arrays (
  analysis_id INTEGER NOT NULL REFERENCES analyses (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  dtype TEXT NOT NULL CHECK (dtype IN ('float64', 'float32')),
  count INTEGER NOT NULL,
  data BLOB NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (analysis_id, name)
) STRICT;
`
