/**
 * A sweep whose runs are still being added, a few at a time, is `arriving`: nobody sees it, its runs are in no queue, and
 * what has not arrived when the project is opened is taken out again, so that a sweep is there with all of its runs or
 * not at all.
 */
export const arriving = `
ALTER TABLE sweeps ADD COLUMN arriving INTEGER NOT NULL DEFAULT 0 CHECK (arriving IN (0, 1));
`
