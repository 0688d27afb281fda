import { open, type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32, inflateRaw, type ZlibOptions } from 'node:zlib'
import { fromFdPromise, type Entry } from 'yauzl'
import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { parseWith } from '#shared/spec'
import { digestAside } from '../store/floatBlob'
import { arrayRefs, bytesOf, parseRunDocument, runDocumentSchema, type RunContent } from '../store/runContent'
import { documentNameOf, fileNameOf, fitsArray, kindOf, LIMITS, MANIFEST, manifestSchema } from './format'
import { readNpy } from './npy'

/** An opened bundle; documents and arrays are read when they are asked for. */
export interface Bundle {
  readonly runIds: readonly RunId[]
  /** @throws LabError 'bad-input' that says what is wrong with this run */
  run(runId: RunId): Promise<BundledRun>
  close(): Promise<void>
}

export interface BundledRun extends RunContent {
  /** Sections of its document that a later version wrote and this one leaves out. */
  readonly ignored: readonly string[]
}

/** One file inside the zip, whose sizes were checked. */
interface Part {
  readonly name: string
  readonly start: number
  readonly compressedBytes: number
  readonly bytes: number
  readonly isDeflated: boolean
  readonly crc: number
}

/**
 * Opens the zip file of some runs. It may come from anyone, so everything that it says of itself is checked against
 * limits before a byte is allocated for it, and every array against its checksum when it is read.
 *
 * @throws LabError 'bad-input' that says what is wrong with the file
 */
export async function openBundle(path: string): Promise<Bundle> {
  const file = await openFile(path)
  try {
    const parts = await partsOf(file)
    const partOf = (name: string): Part => {
      const part = parts.get(name)
      if (part) return part
      throw bad(`${name} is missing`)
    }
    const json = async (name: string) => parseJson(name, await readPart(file, partOf(name)))
    const { runs } = parseWith(manifestSchema, await json(MANIFEST), MANIFEST)
    const names = new Set([MANIFEST, ...runs.map(documentNameOf)])
    if (names.size !== runs.length + 1) throw bad(`${MANIFEST} names a run twice`)
    const surplus = [...parts.keys()].find((name) => kindOf(name) === 'json' && !names.has(name))
    if (surplus !== undefined) throw bad(`${surplus} is not named by ${MANIFEST}`)

    async function run(runId: RunId): Promise<BundledRun> {
      const name = documentNameOf(runId)
      const sections = Object.entries(parseWith(z.record(z.string(), z.unknown()), await json(name), name))
      const document = parseRunDocument(Object.fromEntries(sections.filter(([key]) => SECTIONS.has(key))), name)
      if (document.run.id !== runId) throw bad(`${name} is the document of run ${document.run.id}`)
      for (const ref of arrayRefs(document)) {
        const { name: array, bytes } = partOf(fileNameOf(ref))
        if (!fitsArray(ref, bytes)) throw bad(`${array} has ${bytes} bytes for ${bytesOf(ref)} of numbers`)
      }
      return {
        document,
        ignored: sections.map(([key]) => key).filter((key) => !SECTIONS.has(key)),
        async read(ref) {
          const part = partOf(fileNameOf(ref))
          const data = readNpy(ref, await readPart(file, part), bytesOf(ref))
          if ((await digestAside(data)) === ref.sha256) return data
          throw bad(`the numbers of ${part.name} do not have the SHA-256 that its name says`)
        },
      }
    }
    return { runIds: runs, run, close: () => file.close() }
  } catch (thrown) {
    await file.close()
    throw thrown
  }
}

const SECTIONS: ReadonlySet<string> = new Set(Object.keys(runDocumentSchema.shape))

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    throw new LabError('bad-input', `${path} cannot be read. Check the name and the permissions.`, {}, { cause })
  }
}

async function partsOf(file: FileHandle): Promise<ReadonlyMap<string, Part>> {
  const { size } = await file.stat()
  if (size > LIMITS.fileBytes) throw bad(`it has ${size} bytes, more than ${LIMITS.fileBytes}`)
  try {
    const zip = await fromFdPromise(file.fd, { autoClose: false, lazyEntries: true, strictFileNames: true })
    if (zip.entryCount > LIMITS.entries) throw bad(`it has ${zip.entryCount} entries, more than ${LIMITS.entries}`)
    const parts = new Map<string, Part>()
    let total = 0
    for await (const entry of zip.eachEntry()) {
      refuseStrange(entry)
      if (parts.has(entry.fileName)) throw bad(`${entry.fileName} is there twice`)
      total += entry.uncompressedSize
      if (total > size * LIMITS.expansion + LIMITS.smallTotalBytes) {
        throw bad(`its files expand to more than ${LIMITS.expansion} times its ${size} bytes`)
      }
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
      parts.set(entry.fileName, {
        name: entry.fileName,
        start: fileDataStart,
        compressedBytes: entry.compressedSize,
        bytes: entry.uncompressedSize,
        isDeflated: entry.compressionMethod === 8,
        crc: entry.crc32,
      })
    }
    refuseOverlaps([...parts.values()], size)
    return parts
  } catch (cause) {
    if (cause instanceof LabError) throw cause
    throw bad(`it is no sound zip file (${LabError.from(cause).message})`, cause)
  }
}

const UNIX_TYPE = 0xf000
const UNIX_FILE = 0x8000

function refuseStrange(entry: Entry): void {
  const { fileName: name, compressedSize, uncompressedSize } = entry
  const kind = kindOf(name)
  if (kind === null) {
    throw bad(`it has a file ${JSON.stringify(name.slice(0, 200))}, which no bundle has`)
  }
  if (entry.isEncrypted()) throw bad(`${name} is encrypted`)
  const type = (entry.externalFileAttributes >>> 16) & UNIX_TYPE
  if (type !== 0 && type !== UNIX_FILE) throw bad(`${name} is a link or a device`)
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw bad(`${name} is compressed by method ${entry.compressionMethod}, expected 0 or 8 (deflate)`)
  }
  if (entry.compressionMethod === 0 && compressedSize !== uncompressedSize) throw bad(`${name} has two sizes`)
  const most = kind === 'json' ? LIMITS.jsonBytes : LIMITS.entryBytes
  if (uncompressedSize > most) throw bad(`${name} has ${uncompressedSize} bytes, more than ${most}`)
  if (uncompressedSize > Math.max(LIMITS.smallBytes, compressedSize * LIMITS.expansion)) {
    throw bad(`${name} expands from ${compressedSize} to ${uncompressedSize} bytes, more than ${LIMITS.expansion}-fold`)
  }
}

/** Files that share bytes are how a small archive claims to be a large one. */
function refuseOverlaps(parts: readonly Part[], fileBytes: number): void {
  let end = 0
  for (const part of parts.toSorted((a, b) => a.start - b.start)) {
    if (part.start < end) throw bad(`${part.name} shares its bytes with another file`)
    end = part.start + part.compressedBytes
  }
  if (end > fileBytes) throw bad('it ends in the middle of a file')
}

async function readPart(file: FileHandle, part: Part): Promise<Buffer> {
  const { name, start, compressedBytes, bytes, isDeflated, crc } = part
  const packed = Buffer.allocUnsafe(compressedBytes)
  const { bytesRead } = await file.read(packed, 0, compressedBytes, start)
  if (bytesRead !== compressedBytes) throw bad(`it ends inside ${name}`)
  const whole = isDeflated ? await inflated(name, packed, bytes) : packed
  if (whole.length !== bytes || crc32(whole) !== crc) throw bad(`${name} is damaged: its checksum does not match`)
  return whole
}

const inflate = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw)

async function inflated(name: string, packed: Buffer, bytes: number): Promise<Buffer> {
  try {
    return await inflate(packed, { maxOutputLength: Math.max(1, bytes) })
  } catch (cause) {
    throw bad(`${name} cannot be unpacked`, cause)
  }
}

function parseJson(name: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw bad(`${name} is not JSON`, cause)
  }
}

function bad(problem: string, cause?: unknown): LabError {
  const message = `This bundle cannot be used: ${problem}. Export the runs again where they come from.`
  return new LabError('bad-input', message, {}, { cause })
}
