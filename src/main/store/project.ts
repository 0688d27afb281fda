import { annotationsOn, type Annotations } from './annotations'
import { analysesOn, type Analyses } from './analyses'
import { calibrationOn, type Calibration } from './calibration'
import { checkpointsOn, type Checkpoints } from './checkpoints'
import { claimsOn, type Claims } from './claims'
import type { Clock } from './clock'
import { comparisonsOn, type Comparisons } from './comparisons'
import type { Connection } from './connection'
import { healthOn, type Health } from './health/health'
import { logOn, type RunLog } from './log'
import { queueOn, type Queue } from './queue'
import { matricesOn, type Matrices } from './matrices'
import { recordsOn, type Records } from './records'
import { runQueriesOn, type RunQueries } from './runQuery'
import { runsOn, type Runs } from './runs'
import { sweepEndsOn, type SweepEnds } from './sweepEnds'
import { sweepsOn, type Sweeps } from './sweeps'
import { textsOn } from './texts'
import { runValuesOn, type RunValues } from './runValues'
import { transferOn, type Transfer } from './transfer'

/** One project: one SQLite file. */
export interface Project {
  /** File name without its folder. */
  readonly name: string
  /** Why the project can only be read; null when it can be written. */
  readonly readOnlyReason: string | null
  readonly runs: Runs
  readonly queue: Queue
  readonly sweeps: Sweeps
  readonly runValues: RunValues
  readonly runQueries: RunQueries
  readonly annotations: Annotations
  readonly sweepEnds: SweepEnds
  readonly records: Records
  readonly checkpoints: Checkpoints
  readonly claims: Claims
  readonly log: RunLog
  readonly calibration: Calibration
  readonly analyses: Analyses
  readonly comparisons: Comparisons
  readonly health: Health
  readonly matrices: Matrices
  readonly transfer: Transfer
  /** All or nothing. @throws LabError 'storage' when the disk refuses; nothing is changed then */
  transaction<T>(change: () => T): T
  close(): void
}

/** Pages that stay in memory once they were read: 64 MiB. A column of ten thousand series touches most of an 80 MB file. */
const CACHE_KIB = 65_536

/** A project on an open connection whose schema is current; `openProject` is the usual way to get one. */
export function projectOn(
  connection: Connection,
  { path, clock }: { readonly path: string; readonly clock: Clock },
  close: () => void = () => connection.close(),
): Project {
  connection.exec(`PRAGMA cache_size = ${-CACHE_KIB}`)
  const queue = queueOn(connection)
  const matrices = matricesOn(connection)
  const parts = {
    runs: runsOn(connection, queue, textsOn(connection)),
    sweeps: sweepsOn(connection, queue),
    runValues: runValuesOn(connection),
    runQueries: runQueriesOn(connection),
    annotations: annotationsOn(connection),
    sweepEnds: sweepEndsOn(connection),
    checkpoints: checkpointsOn(connection),
    claims: claimsOn(connection),
    log: logOn(connection),
  }
  return {
    ...parts,
    name: connection.name,
    readOnlyReason: connection.readOnlyReason,
    queue,
    records: recordsOn(connection),
    transfer: transferOn(connection, { ...parts, matrices }),
    calibration: calibrationOn(connection),
    analyses: analysesOn(connection),
    comparisons: comparisonsOn(connection),
    health: healthOn(connection, path, clock),
    matrices,
    transaction: (change) => connection.transaction(change),
    close,
  }
}
