/** Verdicts on claims that no run stands behind, each of the version that checked it. */
export const exactClaims = `
CREATE TABLE exact_claims (
  system TEXT NOT NULL,
  claim_id TEXT NOT NULL,
  version TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  holds INTEGER NOT NULL CHECK (holds IN (0, 1)),
  checks TEXT NOT NULL,
  checked_at INTEGER NOT NULL,
  PRIMARY KEY (system, claim_id)
) STRICT, WITHOUT ROWID;
`
