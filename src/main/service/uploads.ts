import { randomBytes } from 'node:crypto'
import { LabError } from '#shared/errors'
import { MATRIX_LIMITS } from '#shared/importedMatrix'
import type { NamedBytes } from '../import/matrixFile'

/** A matrix and its mask, and one of each that somebody gave up on. */
const MOST_OPEN = 4

/** Files on their way from a page, in memory until they are taken. */
export interface Uploads {
  /** @throws LabError 'bad-input' for a file above the limit, before anything is allocated */
  begin(name: string, bytes: number): string
  /** How many bytes have come. @throws LabError 'bad-input' for more than were announced */
  append(id: string, part: Uint8Array): number
  /** The whole file, which is forgotten here. @throws LabError 'bad-input' while parts are missing */
  take(id: string): NamedBytes
}

interface Upload {
  readonly name: string
  readonly bytes: Uint8Array
  received: number
}

export function createUploads(): Uploads {
  const open = new Map<string, Upload>()

  function get(id: string): Upload {
    const upload = open.get(id)
    if (upload) return upload
    throw new LabError('not-found', 'This upload is over or was given up for a newer one. Choose the file again.')
  }

  return {
    begin(name, bytes) {
      if (bytes > MATRIX_LIMITS.fileBytes) {
        const message = `${name} has ${bytes} bytes; at most ${MATRIX_LIMITS.fileBytes} are read. Import a part of it.`
        throw new LabError('bad-input', message, { bytes })
      }
      const [oldest] = open.keys()
      if (open.size >= MOST_OPEN && oldest !== undefined) open.delete(oldest)
      const id = `u-${randomBytes(8).toString('hex')}`
      open.set(id, { name, bytes: new Uint8Array(bytes), received: 0 })
      return id
    },
    append(id, part) {
      const upload = get(id)
      if (upload.received + part.length > upload.bytes.length) {
        open.delete(id)
        throw new LabError('bad-input', `${upload.name}: more bytes came than were announced. Choose the file again.`)
      }
      upload.bytes.set(part, upload.received)
      upload.received += part.length
      return upload.received
    },
    take(id) {
      const { name, bytes, received } = get(id)
      open.delete(id)
      if (received === bytes.length) return { name, bytes }
      throw new LabError('bad-input', `${name}: ${received} of ${bytes.length} bytes came. Choose the file again.`)
    },
  }
}
