/**
 * A hold belongs to the run, not to its place in the queue: one that is held while it trains, and whose service ends
 * before it has come to rest, is still held when it is found again. queue.held repeats it, as queue.paused repeats its
 * sweep's.
 */
export const heldRuns = `
ALTER TABLE runs ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
UPDATE runs SET held = 1 WHERE id IN (SELECT run_id FROM queue WHERE held = 1);
`
