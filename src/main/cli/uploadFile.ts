import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { UPLOAD_LIMITS, UPLOAD_PART_BYTES, type UploadPurpose } from '#shared/contract/uploads'
import { LabError } from '#shared/errors'
import type { OpenedService } from '../host/openService'

export async function readWhole(path: string, purpose: UploadPurpose): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    const limit = UPLOAD_LIMITS[purpose]
    if (size <= limit) return await readFile(path)
    throw new LabError('bad-input', `${path} has ${size} bytes; at most ${limit} are read. Import a part of it.`) // prettier-ignore
  } catch (cause) {
    if (cause instanceof LabError) throw cause
    throw new LabError('bad-input', `${path} cannot be read. Check the name and the permissions.`, {}, { cause })
  }
}

/** The bytes of a file go to the service as those of a page would. @returns the id of the upload */
export async function upload(
  { handlers }: OpenedService,
  path: string,
  bytes: Uint8Array,
  purpose: UploadPurpose,
): Promise<string> {
  const { upload: id } = await handlers['upload.begin']({
    name: basename(path),
    bytes: bytes.length,
    purpose,
  })
  for (let at = 0; at < bytes.length; at += UPLOAD_PART_BYTES) {
    await handlers['upload.append']({ upload: id, part: bytes.subarray(at, at + UPLOAD_PART_BYTES) })
  }
  return id
}
