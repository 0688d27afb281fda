import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { RunId } from '#shared/ids'
import { runIdSchema } from '../columns'
import type { Connection } from '../connection'
import { ARRIVING } from '../runs'
import { blobTables } from './blobTables'

export interface RunSize {
  readonly runId: RunId
  readonly name: string
  readonly bytes: number
  readonly isBinned: boolean
}

export interface Sizes {
  /** Of the project file. */
  readonly fileBytes: number
  /** Pages that are free inside the file: what compacting gives back to the disk. */
  readonly freeBytes: number
  /** Left on the disk for this user. */
  readonly diskBytes: number
  /** The largest runs, by the bytes of their stored arrays. */
  readonly largest: readonly RunSize[]
  /** Of all runs in the bin: what purging frees. */
  readonly binnedRuns: number
  readonly binnedBytes: number
}

const LISTED = 20

const runRow = z
  .object({ run_id: runIdSchema, name: z.string(), bytes: z.number(), binned_at: z.number().nullable() })
  .transform((row): RunSize => ({
    runId: row.run_id,
    name: row.name,
    bytes: row.bytes,
    isBinned: row.binned_at !== null,
  }))

/** Where the bytes of a project are. */
export function sizesOf(connection: Connection, path: string): Sizes {
  const blobs = blobTables
    .map(({ from, run }) => `SELECT ${run} AS run_id, length(t.data) AS bytes FROM ${from}`)
    .join(' UNION ALL ')
  const byRun = `SELECT runs.id AS run_id, runs.name, runs.binned_at, ifnull(sum(bytes), 0) AS bytes
    FROM runs LEFT JOIN (${blobs}) AS blobs ON blobs.run_id = runs.id GROUP BY runs.id`
  const largest = connection.all(runRow, `${byRun} ORDER BY bytes DESC LIMIT ${LISTED}`)
  const binned = connection.get(
    z.object({ runs: z.number(), bytes: z.number() }),
    `SELECT count(*) AS runs, ifnull(sum(bytes), 0) AS bytes FROM (${byRun}) WHERE binned_at > ${ARRIVING}`,
  )
  const pages = connection.get(
    z.object({ free: z.number() }),
    'SELECT freelist_count * page_size AS free FROM pragma_freelist_count, pragma_page_size',
  )
  return {
    fileBytes: statSync(path).size,
    freeBytes: pages?.free ?? 0,
    diskBytes: freeDiskBytes(path),
    largest,
    binnedRuns: binned?.runs ?? 0,
    binnedBytes: binned?.bytes ?? 0,
  }
}

/** Left for this user on the disk that holds the file. */
export function freeDiskBytes(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path))
  return bavail * bsize
}
