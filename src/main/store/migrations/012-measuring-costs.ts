/**
 * What measuring costs, apart from training. Speeds that were measured before count measuring among the steps and would
 * count it twice, so they go: the next runs measure them again.
 */
export const measuringCosts = `
DELETE FROM calibration;
ALTER TABLE calibration ADD COLUMN start_seconds REAL NOT NULL DEFAULT 0;
CREATE TABLE measuring_costs (
  id INTEGER PRIMARY KEY,
  system TEXT NOT NULL,
  backend TEXT NOT NULL,
  cost_class TEXT NOT NULL,
  parameters INTEGER NOT NULL,
  seconds REAL NOT NULL,
  measured_at INTEGER NOT NULL
) STRICT;
CREATE INDEX measuring_costs_by_system ON measuring_costs (system, backend);
`
