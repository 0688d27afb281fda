import type { LogEntry, MeasuredRecord } from '#shared/records'

/** Where a run's records go; the training loop never knows who listens. */
export interface Sink {
  record(record: MeasuredRecord): void
  log(entry: Omit<LogEntry, 'time'>): void
}
