/** How long a run had been trained when a state of it was stored, so that its wall time goes on from there. */
export const trainedTime = `
ALTER TABLE checkpoints ADD COLUMN trained_seconds REAL NOT NULL DEFAULT 0;
`
