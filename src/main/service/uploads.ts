import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Handlers } from '#shared/contract/index'
import { UPLOAD_LIMITS, type UploadPurpose, type UploadRequests } from '#shared/contract/uploads'
import { LabError } from '#shared/errors'
import type { NamedBytes } from '../import/matrixFile'
import { freeDiskBytes } from '../store/health/sizes'

/** A matrix and its mask, and one of each that somebody gave up on. */
const MOST_OPEN = 4

/** Files on their way from a page, in a folder of their own until they are taken. */
export interface Uploads {
  /** @throws LabError 'bad-input' for a file above the limit of its purpose; 'storage' for one that the disk cannot hold */
  begin(name: string, bytes: number, purpose: UploadPurpose): Promise<string>
  /** How many bytes have come. @throws LabError 'bad-input' for more than were announced */
  append(id: string, part: Uint8Array): Promise<number>
  drop(id: string): Promise<void>
  /** The whole file. @throws LabError 'bad-input' while parts are missing or where it was announced for something else */
  take(id: string, purpose: UploadPurpose): Promise<UploadedFile>
  /** Removes whatever is left. */
  close(): Promise<void>
}

export interface UploadedFile {
  readonly name: string
  readonly path: string
  remove(): Promise<void>
}

interface Upload {
  readonly name: string
  readonly bytes: number
  readonly purpose: UploadPurpose
  readonly path: string
  readonly file: FileHandle
  received: number
}

export function createUploads(): Uploads {
  const uploads = new Map<string, Upload>()
  let folder: Promise<string> | null = null

  function get(id: string): Upload {
    const upload = uploads.get(id)
    if (upload) return upload
    throw new LabError('not-found', 'This upload is over or was given up for a newer one. Choose the file again.')
  }

  async function drop(id: string): Promise<void> {
    const upload = uploads.get(id)
    if (!upload) return
    uploads.delete(id)
    await upload.file.close()
    await removeWithFolder(upload.path)
  }

  return {
    async begin(name, bytes, purpose) {
      const limit = UPLOAD_LIMITS[purpose]
      if (bytes > limit) {
        const message = `${name} has ${bytes} bytes; at most ${limit} are read. Import a part of it.`
        throw new LabError('bad-input', message, { bytes })
      }
      folder ??= mkdtemp(join(tmpdir(), 'collapsar-upload-'))
      const id = `u-${randomBytes(8).toString('hex')}`
      const path = join(await folder, id, fileNameOf(name))
      const free = freeDiskBytes(await folder)
      if (bytes > free) {
        const message = `${name} has ${bytes} bytes, and ${free} are free for files on their way in. Free some space.`
        throw new LabError('storage', message, { bytes, free })
      }
      const [oldest] = uploads.keys()
      if (uploads.size >= MOST_OPEN && oldest !== undefined) await drop(oldest)
      await mkdir(dirname(path))
      uploads.set(id, { name, bytes, purpose, path, file: await open(path, 'wx', 0o600), received: 0 })
      return id
    },
    async append(id, part) {
      const upload = get(id)
      const at = upload.received
      if (at + part.length > upload.bytes) {
        await drop(id)
        throw new LabError('bad-input', `${upload.name}: more bytes came than were announced. Choose the file again.`)
      }
      upload.received += part.length
      await upload.file.write(part, 0, part.length, at)
      return at + part.length
    },
    drop,
    async take(id, purpose) {
      const { name, path, bytes, received, file, purpose: announced } = get(id)
      if (received !== bytes || announced !== purpose) {
        await drop(id)
        const problem =
          received === bytes ? `it came as ${announced}, not as ${purpose}` : `${received} of ${bytes} bytes came`
        throw new LabError('bad-input', `${name}: ${problem}. Choose the file again.`)
      }
      uploads.delete(id)
      await file.close()
      return { name, path, remove: () => removeWithFolder(path) }
    },
    async close() {
      for (const id of uploads.keys()) await drop(id)
      if (folder) await rm(await folder, { recursive: true, force: true })
    },
  }
}

/** The bytes of an uploaded file that fits into memory, which is forgotten. */
export async function uploadedBytes(uploads: Uploads, id: string, purpose: UploadPurpose): Promise<NamedBytes> {
  const { name, path, remove } = await uploads.take(id, purpose)
  try {
    return { name, bytes: await readFile(path) }
  } finally {
    await remove()
  }
}

/** What errors call the file; nothing of it can lead to another folder. */
function fileNameOf(name: string): string {
  return (
    name
      .replaceAll(/[^\p{L}\p{N}._-]/gu, '_')
      .replace(/^\.*/, '')
      .slice(-100) || 'file'
  )
}

async function removeWithFolder(path: string): Promise<void> {
  await rm(dirname(path), { recursive: true, force: true })
}

export function uploadHandlers(uploads: Uploads): Pick<Handlers, keyof UploadRequests> {
  return {
    'upload.begin': async ({ name, bytes, purpose }) => ({ upload: await uploads.begin(name, bytes, purpose) }),
    'upload.append': async ({ upload, part }) => ({ received: await uploads.append(upload, part) }),
    'upload.drop': async ({ upload }) => {
      await uploads.drop(upload)
      return null
    },
  }
}
