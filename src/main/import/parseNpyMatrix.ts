import { LabError } from '#shared/errors'
import { matrix, type Matrix } from '../compute/matrix'

/** The header of a matrix is about 70 bytes; NumPy pads it to a multiple of 64. */
const MAX_HEADER = 4096

/** How numbers of each NumPy type are read. */
const READERS = {
  f8: { width: 8, read: (view: DataView, at: number, little: boolean) => view.getFloat64(at, little) },
  f4: { width: 4, read: (view: DataView, at: number, little: boolean) => view.getFloat32(at, little) },
  i8: { width: 8, read: (view: DataView, at: number, little: boolean) => Number(view.getBigInt64(at, little)) },
  u8: { width: 8, read: (view: DataView, at: number, little: boolean) => Number(view.getBigUint64(at, little)) },
  i4: { width: 4, read: (view: DataView, at: number, little: boolean) => view.getInt32(at, little) },
  u4: { width: 4, read: (view: DataView, at: number, little: boolean) => view.getUint32(at, little) },
  i2: { width: 2, read: (view: DataView, at: number, little: boolean) => view.getInt16(at, little) },
  u2: { width: 2, read: (view: DataView, at: number, little: boolean) => view.getUint16(at, little) },
  i1: { width: 1, read: (view: DataView, at: number) => view.getInt8(at) },
  u1: { width: 1, read: (view: DataView, at: number) => view.getUint8(at) },
  b1: { width: 1, read: (view: DataView, at: number) => view.getUint8(at) },
} as const
export type NpyType = keyof typeof READERS

const HEADER =
  /^\{\s*'descr':\s*'([<>|=])([fiub][1248])',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\((\d{1,10}),\s*(\d{1,10}),?\s*\),?\s*\}\s*\n$/

export interface NpyOptions {
  /** The NumPy types that are accepted. */
  readonly types: readonly NpyType[]
  /** Why a shape is refused, before anything is allocated; null when it is fine. */
  refuseShape(rows: number, cols: number): string | null
  /** What to save instead: the end of every message. */
  readonly advice: string
}

/**
 * The matrix in the bytes of a NumPy file (format 1.0 to 3.0, either byte order, row- or column-major), row by row.
 *
 * Strict, because the file comes from elsewhere: no objects, two dimensions, nothing after the data. Whether the numbers
 * are finite is for the caller to say.
 *
 * @throws LabError 'bad-input' that says what the file has and what is expected
 */
export function parseNpyMatrix(bytes: Uint8Array, options: NpyOptions): Matrix & { readonly type: NpyType } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { littleEndian, type, isColumnMajor, rows, cols, start } = parseHeader(bytes, view, options)
  const { width, read } = READERS[type]
  const size = rows * cols * width
  if (bytes.length !== start + size) {
    throw bad(`the header promises ${rows} × ${cols} numbers of ${width} bytes, ${size} in all, but ` +
      `${bytes.length - start} follow`, options, { rows, cols }) // prettier-ignore
  }
  const A = matrix(rows, cols)
  for (let at = 0; at < rows * cols; at++) {
    const place = isColumnMajor ? (at % rows) * cols + Math.floor(at / rows) : at
    A.data[place] = read(view, start + at * width, littleEndian)
  }
  return { ...A, type }
}

function parseHeader(bytes: Uint8Array, view: DataView, options: NpyOptions) {
  const magic = String.fromCharCode(...bytes.subarray(0, 6))
  if (bytes.length < 12 || magic !== '\u0093NUMPY')
    throw bad('it does not begin with the signature \\x93NUMPY', options)
  const major = view.getUint8(6)
  if (major < 1 || major > 3 || view.getUint8(7) !== 0) {
    throw bad(`it has format version ${major}.${view.getUint8(7)}, expected 1.0, 2.0 or 3.0`, options, { major })
  }
  const from = major === 1 ? 10 : 12
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > MAX_HEADER || from + length > bytes.length) throw bad(`its header has ${length} bytes`, options, { length }) // prettier-ignore
  const text = String.fromCharCode(...bytes.subarray(from, from + length))
  const match = HEADER.exec(text)
  const type = options.types.find((known) => known === match?.[2])
  if (!match || !type) {
    const shown = JSON.stringify(text.trim().slice(0, 200))
    throw bad(`its header ${shown} is not that of a two-dimensional array of ${options.types.join(', ')}`, options)
  }
  const [rows, cols] = [Number(match[4]), Number(match[5])]
  const refusal = options.refuseShape(rows, cols)
  if (refusal) throw bad(refusal, options, { rows, cols })
  return { littleEndian: match[1] !== '>', type, isColumnMajor: match[3] === 'True', rows, cols, start: from + length }
}

function bad(problem: string, { advice }: NpyOptions, details: Record<string, number> = {}): LabError {
  return new LabError('bad-input', `This NPY file cannot be used: ${problem}. ${advice}`, details)
}
