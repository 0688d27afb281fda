import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { Clock } from '../clock'
import { runIdSchema } from '../columns'
import type { Connection } from '../connection'
import { ARRIVING } from '../runs'
import { faultPoint } from '../../core/faultPoint'
import { listBackups, makeBackup, type Backup } from './backups'
import { quarantine, quarantined, type Quarantined } from './quarantine'
import { freeDiskBytes, sizesOf, type Sizes } from './sizes'
import { verify, type Damage, type Verification, type VerifyOptions } from './verify'

/** What keeps a project sound over the years. */
export interface Health {
  sizes(): Sizes
  freeDiskBytes(): number
  verify(options?: VerifyOptions): Promise<Verification>
  /** Moves damaged arrays out of the way; see `quarantine`. */
  quarantine(damaged: readonly Damage[], at: number): void
  quarantined(): readonly Quarantined[]
  /** Newest first. */
  backups(): readonly Backup[]
  backUp(): Promise<Backup>
  /** The runs in the bin. */
  binned(): readonly RunId[]
  /** Deletes runs in the bin for good, all or none. @throws LabError 'conflict' if one is not in the bin */
  purge(runIds: readonly RunId[]): void
  /** Gives free pages back to the disk. It rewrites the file, so it takes a while for a large one. */
  compact(): void
}

export function healthOn(connection: Connection, path: string, clock: Clock): Health {
  let backingUp: Promise<unknown> = Promise.resolve()

  return {
    sizes: () => sizesOf(connection, path),
    freeDiskBytes: () => freeDiskBytes(path),
    verify: (options) => verify(connection, options),
    quarantine: (damaged, at) => quarantine(connection, damaged, at),
    quarantined: () => quarantined(connection),
    backups: () => listBackups(path),
    backUp() {
      // One after the other: each clears away what an unfinished one has left.
      const backup = backingUp.then(() => makeBackup(connection, path, clock))
      backingUp = backup.catch(() => undefined)
      return backup
    },
    binned: () =>
      connection
        .all(z.object({ id: runIdSchema }), `SELECT id FROM runs WHERE binned_at > ${ARRIVING} ORDER BY created_order`)
        .map(({ id }) => id),
    purge: (runIds) =>
      connection.transaction(() => {
        for (const runId of runIds) {
          const { changes } = connection.run(`DELETE FROM runs WHERE id = ? AND binned_at > ${ARRIVING}`, [runId])
          if (changes > 0) continue
          throw new LabError('conflict', `Run ${runId} is not in the bin, so it was not deleted, nor was any other.`)
        }
        faultPoint('purge.deleted')
      }),
    compact: () => connection.exec('VACUUM'),
  }
}
