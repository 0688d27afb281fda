import { crc32, deflateRawSync } from 'node:zlib'
import { Zip, type ZipInputFile } from 'fflate'
import { LabError } from '#shared/errors'
import { toJson } from '../store/columns'
import { arrayRefs, type RunContent } from '../store/runContent'
import { fileNameOf, FORMAT, FORMAT_VERSION, LIMITS, MANIFEST } from './format'
import { writeNpy } from './npy'

const STORED = 0
const DEFLATED = 8
/** The earliest that a zip file can say: the same run gives the same bytes. */
const TIME = '1980-01-01T00:00:00'

/**
 * A run as a zip file, piece by piece; one array is in memory at a time. The same run gives the same bytes.
 *
 * @throws LabError 'bad-input' for a run above the limits of the format; 'storage' if one of its arrays is damaged
 */
export function* bundlePieces({ document, read }: RunContent, writtenBy: string): Generator<Uint8Array> {
  const refs = new Map(arrayRefs(document).map((ref) => [fileNameOf(ref), ref]))
  if (refs.size >= LIMITS.entries) {
    throw new LabError('bad-input', `Run ${document.run.id} has ${refs.size} arrays; a bundle holds ${LIMITS.entries}.`)
  }
  const ready: Uint8Array[] = []
  let written = 0
  const zip = new Zip((error, piece) => {
    if (error) throw error
    written += piece.length
    ready.push(piece)
  })
  const manifest = toJson({ format: FORMAT, version: FORMAT_VERSION, writtenBy, ...document })
  addEntry(zip, MANIFEST, Buffer.from(manifest))
  yield* ready.splice(0)
  for (const [name, ref] of refs) {
    addEntry(zip, name, writeNpy(ref, read(ref)))
    if (written > LIMITS.fileBytes) {
      throw new LabError('bad-input', `Run ${document.run.id} is larger than the 4 GiB that a bundle holds.`)
    }
    yield* ready.splice(0)
  }
  zip.end()
  yield* ready.splice(0)
}

function addEntry(zip: Zip, filename: string, bytes: Buffer<ArrayBuffer>): void {
  const deflated = deflateRawSync(bytes)
  // What compresses better than any reader should believe (zeros, mostly) is stored as it is.
  const isStored = deflated.length >= bytes.length || deflated.length * LIMITS.expansion < bytes.length
  const file: ZipInputFile = {
    filename,
    mtime: TIME,
    crc: crc32(bytes),
    size: bytes.length,
    compression: isStored ? STORED : DEFLATED,
  }
  zip.add(file)
  file.ondata?.(null, isStored ? bytes : deflated, true)
}
