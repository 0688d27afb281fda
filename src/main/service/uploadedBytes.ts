import { readFile } from 'node:fs/promises'
import type { UploadPurpose } from '#shared/contract/uploads'
import type { NamedBytes } from '../import/matrixFile'
import type { Uploads } from './uploads'

/** An uploaded file, read into memory and forgotten. @throws LabError 'bad-input' for one that is not whole or for this */
export async function uploadedBytes(uploads: Uploads, upload: string, purpose: UploadPurpose): Promise<NamedBytes> {
  const { name, path, remove } = await uploads.take(upload, purpose)
  try {
    return { name, bytes: await readFile(path) }
  } finally {
    await remove()
  }
}
