/** Matrices that people imported, by the digest of their content: runs name it, so they can be repeated. */
export const matrices = `
CREATE TABLE matrices (
  digest TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  rows INTEGER NOT NULL,
  cols INTEGER NOT NULL,
  known INTEGER NOT NULL,
  observed INTEGER NOT NULL,
  values_data BLOB NOT NULL,
  values_digest BLOB NOT NULL,
  mask_data BLOB NOT NULL,
  mask_digest BLOB NOT NULL,
  imported_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`
