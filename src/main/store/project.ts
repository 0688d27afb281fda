import { calibrationOn, type Calibration } from './calibration'
import { claimsOn, type Claims } from './claims'
import { comparisonsOn, type Comparisons } from './comparisons'
import type { Connection } from './connection'
import { logOn, type RunLog } from './log'
import { recordsOn, type Records } from './records'
import { runsOn, type Runs } from './runs'

/** One project: one SQLite file. */
export interface Project {
  /** File name without its folder. */
  readonly name: string
  /** Why the project can only be read; null when it can be written. */
  readonly readOnlyReason: string | null
  readonly runs: Runs
  readonly records: Records
  readonly claims: Claims
  readonly log: RunLog
  readonly calibration: Calibration
  readonly comparisons: Comparisons
  /** All or nothing. @throws LabError 'storage' when the disk refuses; nothing is changed then */
  transaction<T>(change: () => T): T
  close(): void
}

/** A project on an open connection whose schema is current; `openProject` is the usual way to get one. */
export function projectOn(connection: Connection, close: () => void = () => connection.close()): Project {
  return {
    name: connection.name,
    readOnlyReason: connection.readOnlyReason,
    runs: runsOn(connection),
    records: recordsOn(connection),
    claims: claimsOn(connection),
    log: logOn(connection),
    calibration: calibrationOn(connection),
    comparisons: comparisonsOn(connection),
    transaction: (change) => connection.transaction(change),
    close,
  }
}
