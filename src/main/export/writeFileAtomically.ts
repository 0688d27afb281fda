import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LabError } from '#shared/errors'
import { faultPoint } from '../core/faultPoint'

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space, or choose a folder on another disk.',
  EDQUOT: 'Your disk quota is used up: free some space, or choose a folder on another disk.',
  EACCES: 'You may not write there: choose another folder, or change its permissions.',
  EPERM: 'You may not write there: choose another folder, or change its permissions.',
  EROFS: 'The disk is read-only: choose another folder.',
  ENOENT: 'The folder does not exist: create it, or choose another one.',
  ENOTDIR: 'Part of the path is a file, not a folder: choose another folder.',
  EISDIR: 'There is a folder of that name: move it away, or choose another folder.',
  ENAMETOOLONG: 'The path is too long: choose a folder higher up.',
}

/**
 * Writes a file so that its name always stands for complete content: temporary file beside it, fsync, rename, and the
 * folder synced, so that the new name too survives a power cut.
 *
 * @throws LabError 'storage' that says what to do, or what the pieces of the content throw; the file that was there before is untouched
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    faultPoint('file.written')
    await rename(temporary, path)
    faultPoint('file.renamed')
    await syncFolder(folder)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined) // the first error is the one to report
    // What makes the content piece by piece may have failed, not the disk.
    throw cause instanceof LabError ? cause : storageError(path, cause)
  }
}

/** A folder to write to, made with those above it when it is missing. @throws LabError 'storage' */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw storageError(path, cause)
  })
}

/** What went wrong with a file, as a LabError with the way out. */
function storageError(path: string, cause: unknown): LabError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
  const advice = ADVICE[code] ?? 'Check the folder, or choose another one.'
  return new LabError('storage', `Could not write ${path} (${code}). ${advice}`, { path, code }, { cause })
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder for syncing, and does not need it: NTFS logs the rename.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
