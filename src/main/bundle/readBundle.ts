import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32, inflateRawSync } from 'node:zlib'
import { fromFdPromise, type Entry } from 'yauzl'
import { LabError } from '#shared/errors'
import { parseWith } from '#shared/spec'
import { bytesOfFloats } from '../store/floatBlob'
import { arrayRefs, parseRunDocument, type RunContent } from '../store/runContent'
import { ARRAY_NAME, bytesOf, envelopeSchema, fileNameOf, fitsArray, LIMITS, MANIFEST } from './format'
import { readNpy } from './npy'

/** An opened bundle; its arrays are read when they are asked for. */
export interface Bundle extends RunContent {
  /** Sections of the manifest that a later version wrote and this one leaves out. */
  readonly ignored: readonly string[]
  close(): void
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
 * Opens the zip file of a run. It may come from anyone, so everything that it says of itself is checked against limits
 * before a byte is allocated for it, and every array against its checksum when it is read.
 *
 * @throws LabError 'bad-input' that says what is wrong with the file
 */
export async function openBundle(path: string): Promise<Bundle> {
  const fd = openFile(path)
  try {
    const parts = await partsOf(fd)
    const manifest = parts.get(MANIFEST)
    if (!manifest) throw bad(`it has no ${MANIFEST}`)
    const given = parseJson(readPart(fd, manifest))
    const sections = Object.entries(parseWith(envelopeSchema, given, MANIFEST))
    const document = parseRunDocument(Object.fromEntries(sections.filter(([name]) => SECTIONS.has(name))), MANIFEST)
    const names = new Set<string>()
    for (const ref of arrayRefs(document)) {
      const name = fileNameOf(ref)
      const part = parts.get(name)
      if (!part) throw bad(`${name} is missing`)
      if (!fitsArray(ref, part.bytes)) throw bad(`${name} has ${part.bytes} bytes for ${bytesOf(ref)} of numbers`)
      names.add(name)
    }
    const surplus = [...parts.keys()].find((name) => name !== MANIFEST && !names.has(name))
    if (surplus !== undefined) throw bad(`${surplus} is not named by ${MANIFEST}`)
    return {
      document,
      ignored: sections.map(([name]) => name).filter((name) => !SECTIONS.has(name) && !(name in envelopeSchema.shape)),
      read(ref) {
        const part = parts.get(fileNameOf(ref))
        if (!part) throw bad(`${fileNameOf(ref)} is missing`)
        const data = readNpy(ref, readPart(fd, part), bytesOf(ref))
        if (createHash('sha256').update(bytesOfFloats(data)).digest('hex') === ref.sha256) return data
        throw bad(`the numbers of ${part.name} do not have the SHA-256 that its name says`)
      },
      close: () => closeSync(fd),
    }
  } catch (thrown) {
    closeSync(fd)
    throw thrown
  }
}

const SECTIONS: ReadonlySet<string> = new Set(['run', 'sweep', 'claims', 'log', 'series', 'arrays', 'states'])

function openFile(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    throw new LabError('bad-input', `${path} cannot be read. Check the name and the permissions.`, {}, { cause })
  }
}

async function partsOf(fd: number): Promise<ReadonlyMap<string, Part>> {
  const { size } = fstatSync(fd)
  if (size > LIMITS.fileBytes) throw bad(`it has ${size} bytes, more than ${LIMITS.fileBytes}`)
  try {
    const zip = await fromFdPromise(fd, { autoClose: false, lazyEntries: true, strictFileNames: true })
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
  if (name !== MANIFEST && !ARRAY_NAME.test(name)) {
    throw bad(`it has a file ${JSON.stringify(name.slice(0, 200))}, which no bundle has`)
  }
  if (entry.isEncrypted()) throw bad(`${name} is encrypted`)
  const type = (entry.externalFileAttributes >>> 16) & UNIX_TYPE
  if (type !== 0 && type !== UNIX_FILE) throw bad(`${name} is a link or a device`)
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw bad(`${name} is compressed by method ${entry.compressionMethod}, expected 0 or 8 (deflate)`)
  }
  if (entry.compressionMethod === 0 && compressedSize !== uncompressedSize) throw bad(`${name} has two sizes`)
  const most = name === MANIFEST ? LIMITS.manifestBytes : LIMITS.entryBytes
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

function readPart(fd: number, { name, start, compressedBytes, bytes, isDeflated, crc }: Part): Buffer {
  const packed = Buffer.allocUnsafe(compressedBytes)
  if (readSync(fd, packed, 0, compressedBytes, start) !== compressedBytes) throw bad(`it ends inside ${name}`)
  const whole = isDeflated ? inflate(name, packed, bytes) : packed
  if (whole.length !== bytes || crc32(whole) !== crc) throw bad(`${name} is damaged: its checksum does not match`)
  return whole
}

function inflate(name: string, packed: Buffer, bytes: number): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) })
  } catch (cause) {
    throw bad(`${name} cannot be unpacked`, cause)
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw bad(`${MANIFEST} is not JSON`, cause)
  }
}

function bad(problem: string, cause?: unknown): LabError {
  const message = `This bundle cannot be used: ${problem}. Export the run again where it comes from.`
  return new LabError('bad-input', message, {}, { cause })
}
