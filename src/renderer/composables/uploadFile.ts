import { UPLOAD_PART_BYTES } from '#shared/contract/matrices'
import { LabError } from '#shared/errors'
import { MATRIX_LIMITS } from '#shared/importedMatrix'
import type { Client } from './useClient'

/**
 * A file goes to the service by its bytes, in parts, never by its path.
 *
 * @returns the id that the call names that takes it
 * @throws LabError 'bad-input' for one that is empty or larger than the service takes
 */
export async function uploadFile({ request }: Pick<Client, 'request'>, file: File): Promise<string> {
  if (file.size > MATRIX_LIMITS.fileBytes) {
    const limit = `${MATRIX_LIMITS.fileBytes / 2 ** 20} MiB`
    throw new LabError('bad-input', `${file.name} is larger than ${limit}. Import a part of it.`)
  }
  if (file.size === 0) throw new LabError('bad-input', `${file.name} is empty. Choose another file.`)
  const { upload: id } = await request('upload.begin', { name: file.name, bytes: file.size })
  for (let at = 0; at < file.size; at += UPLOAD_PART_BYTES) {
    const part = new Uint8Array(await file.slice(at, at + UPLOAD_PART_BYTES).arrayBuffer())
    await request('upload.append', { upload: id, part })
  }
  return id
}
