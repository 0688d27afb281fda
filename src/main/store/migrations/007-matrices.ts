/**
 * Matrices that people imported, by the SHA-256 of their content: runs name it, so they can be repeated. Entries and mask
 * are arrays like every other, each with the checksum of its bytes.
 */
export const matrices = `
CREATE TABLE matrices (
  content TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  rows INTEGER NOT NULL,
  cols INTEGER NOT NULL,
  known INTEGER NOT NULL,
  observed INTEGER NOT NULL,
  imported_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE matrix_arrays (
  matrix TEXT NOT NULL REFERENCES matrices (content) ON DELETE CASCADE,
  part TEXT NOT NULL CHECK (part IN ('values', 'mask')),
  data BLOB NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (matrix, part)
) STRICT;
`
