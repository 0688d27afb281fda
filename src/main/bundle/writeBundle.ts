import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'
import { Zip, type ZipInputFile } from 'fflate'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { toJson } from '../store/columns'
import { arrayRefs, type RunContent } from '../store/runContent'
import { documentNameOf, fileNameOf, FORMAT, FORMAT_VERSION, LIMITS, MANIFEST } from './format'
import { writeNpy } from './npy'

const STORED = 0
const DEFLATED = 8
/** The earliest that a zip file can say: the same runs give the same bytes. */
const TIME = '1980-01-01T00:00:00'

const deflate = promisify<Buffer, Buffer<ArrayBuffer>>(deflateRaw)

/** Where the runs of a bundle come from. */
export interface BundleSource {
  readonly runIds: readonly RunId[]
  content(runId: RunId): RunContent
  readonly writtenBy: string
}

/**
 * Runs as a zip file, piece by piece; one array is in memory at a time, and arrays that are equal are one file. The same
 * runs give the same bytes.
 *
 * @param onRun told before each run how many are written
 * @throws LabError 'bad-input' for runs above the limits of the format; 'storage' if one of their arrays is damaged
 */
export async function* bundlePieces(
  { runIds, content, writtenBy }: BundleSource,
  onRun: (written: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = []
  const names = new Set<string>()
  let written = 0
  const zip = new Zip((error, piece) => {
    if (error) throw error
    written += piece.length
    ready.push(piece)
  })

  async function* entry(name: string, bytes: Buffer<ArrayBuffer>) {
    names.add(name)
    await addEntry(zip, name, bytes)
    if (names.size > LIMITS.entries || written > LIMITS.fileBytes) throw tooLarge(runIds.length)
    yield* ready.splice(0)
  }

  yield* entry(MANIFEST, Buffer.from(toJson({ format: FORMAT, version: FORMAT_VERSION, writtenBy, runs: runIds })))
  for (const [index, runId] of runIds.entries()) {
    onRun(index)
    const { document, read } = content(runId)
    const json = Buffer.from(toJson(document))
    if (json.length > LIMITS.jsonBytes) throw tooLarge(1)
    yield* entry(documentNameOf(runId), json)
    for (const ref of arrayRefs(document)) {
      const name = fileNameOf(ref)
      if (!names.has(name)) yield* entry(name, writeNpy(ref, await read(ref)))
    }
  }
  onRun(runIds.length)
  zip.end()
  yield* ready.splice(0)
}

/** Compressed on another thread. */
async function addEntry(zip: Zip, filename: string, bytes: Buffer<ArrayBuffer>): Promise<void> {
  const deflated = await deflate(bytes)
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

function tooLarge(runs: number): LabError {
  const advice = runs === 1 ? 'Copy the project file instead.' : 'Export fewer at once.'
  const limits = `4 GiB, ${LIMITS.entries} files and 32 MiB of JSON for a run`
  return new LabError(
    'bad-input',
    `${runs === 1 ? 'This run is' : 'These runs are'} larger than a bundle (${limits}). ${advice}`,
  )
}
