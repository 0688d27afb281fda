import { z } from 'zod'
import type { RunId } from '#shared/ids'
import type { LogEntry } from '#shared/records'
import type { Connection } from './connection'

/** What each run said while it ran. */
export interface RunLog {
  add(runId: RunId, entry: LogEntry): void
  of(runId: RunId): readonly LogEntry[]
}

const logRow = z.object({ time: z.number(), level: z.enum(['info', 'warning', 'error']), message: z.string() })

export function logOn(connection: Connection): RunLog {
  return {
    add(runId, { time, level, message }) {
      const sql = 'INSERT INTO log (run_id, time, level, message) VALUES (?, ?, ?, ?)'
      connection.run(sql, [runId, time, level, message])
    },
    of: (runId) => connection.all(logRow, 'SELECT time, level, message FROM log WHERE run_id = ? ORDER BY id', [runId]),
  }
}
