import { UPLOAD_LIMITS, UPLOAD_PART_BYTES, type UploadPurpose } from '#shared/contract/uploads'
import { LabError } from '#shared/errors'
import type { Client } from './useClient'

export interface UploadOptions {
  readonly purpose: UploadPurpose
  onProgress?(done: number, total: number): void
  readonly signal?: AbortSignal
}

/**
 * Sends a chosen file to the service: its bytes, never its path.
 * @returns the id by which the service knows it
 */
export async function uploadFile(client: Client, file: File, options: UploadOptions): Promise<string> {
  const { purpose, onProgress, signal } = options
  if (file.size > UPLOAD_LIMITS[purpose]) {
    const limit = `${UPLOAD_LIMITS[purpose] / 2 ** 20} MiB`
    throw new LabError('bad-input', `${file.name} is larger than ${limit}. Import a part of it.`)
  }
  if (file.size === 0) throw new LabError('bad-input', `${file.name} is empty. Choose another file.`)
  const { upload } = await client.request('upload.begin', { name: file.name, bytes: file.size, purpose })
  try {
    for (let at = 0; at < file.size; at += UPLOAD_PART_BYTES) {
      signal?.throwIfAborted()
      onProgress?.(at, file.size)
      const part = new Uint8Array(await file.slice(at, at + UPLOAD_PART_BYTES).arrayBuffer())
      await client.request('upload.append', { upload, part })
    }
    return upload
  } catch (thrown) {
    await client.request('upload.drop', { upload })
    throw thrown
  }
}
