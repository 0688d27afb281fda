import { UPLOAD_LIMITS, UPLOAD_PART_BYTES, type UploadPurpose } from '#shared/contract/uploads'
import { LabError } from '#shared/errors'
import type { Client } from './useClient'

/**
 * A file goes to the service by its bytes, in parts, never by its path.
 *
 * @returns the id that the call names that takes it
 * @throws LabError 'bad-input' for one that is empty or larger than the service takes
 */
export async function uploadFile(
  { request }: Pick<Client, 'request'>,
  file: File,
  purpose: UploadPurpose,
): Promise<string> {
  const most = UPLOAD_LIMITS[purpose]
  if (file.size > most) {
    const limit = `${Math.floor(most / 2 ** 20)} MiB`
    throw new LabError('bad-input', `${file.name} is larger than ${limit}. Import a part of it.`)
  }
  if (file.size === 0) throw new LabError('bad-input', `${file.name} is empty. Choose another file.`)
  const { upload: id } = await request('upload.begin', { name: file.name, bytes: file.size, purpose })
  for (let at = 0; at < file.size; at += UPLOAD_PART_BYTES) {
    const part = new Uint8Array(await file.slice(at, at + UPLOAD_PART_BYTES).arrayBuffer())
    await request('upload.append', { upload: id, part })
  }
  return id
}
