/** Comparisons by name, so that they reopen as they were left; the runs inside are named, not held. */
export const comparisons = `
CREATE TABLE comparisons (
  name TEXT PRIMARY KEY,
  comparison TEXT NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`
