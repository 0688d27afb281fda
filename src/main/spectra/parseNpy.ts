import { LabError } from '#shared/errors'
import { matrix, type Matrix } from '#main/compute/matrix'

/** Largest dimension read without being asked for more: 512 MiB in float64. */
const MAX_DIMENSION = 8192
/** The header of a matrix is about 70 bytes; NumPy pads it to a multiple of 64. */
const MAX_HEADER = 4096
/** Largest |A − Aᵀ| / max |A| that rounding of the stored precision explains, with two digits of margin. */
const ASYMMETRY = { f8: 1e-12, f4: 1e-5 } as const

const HEADER =
  /^\{\s*'descr':\s*'([<>])(f[48])',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\((\d{1,10}),\s*(\d{1,10}),?\s*\),?\s*\}\s*\n$/

/**
 * A symmetric matrix from the bytes of a NumPy file (format 1.0 to 3.0, float64 or float32, either byte order).
 *
 * Strict, because the file comes from elsewhere: no objects, nothing after the data, every number finite, symmetric to
 * rounding (the result is ½ (A + Aᵀ)), and a cap on the dimension before anything is allocated.
 *
 * @throws LabError 'bad-input' that says what the file has and what is expected
 */
export function parseNpySymmetric(bytes: Uint8Array, options: { readonly maxDimension?: number } = {}): Matrix {
  const { maxDimension = MAX_DIMENSION } = options
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { littleEndian, type, n, start } = parseHeader(bytes, view, maxDimension)
  const width = type === 'f8' ? 8 : 4
  if (bytes.length !== start + n * n * width) {
    throw bad(`the header promises ${n} × ${n} numbers of ${width} bytes, ${n * n * width} in all, but ` +
      `${bytes.length - start} follow`, { n }) // prettier-ignore
  }
  const A = matrix(n, n)
  let largest = 0
  for (let at = 0; at < n * n; at++) {
    const position = start + at * width
    const value = type === 'f8' ? view.getFloat64(position, littleEndian) : view.getFloat32(position, littleEndian)
    if (!Number.isFinite(value)) throw bad(`entry ${Math.floor(at / n)}, ${at % n} is ${value}`, { at })
    largest = Math.max(largest, Math.abs(value))
    A.data[at] = value
  }
  // Column-major and row-major order are the same for a symmetric matrix, so the flag only had to be read.
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [A.data[i * n + j]!, A.data[j * n + i]!]
      if (Math.abs(a - b) > ASYMMETRY[type] * largest) {
        throw bad(`it is not symmetric: entries ${i}, ${j} and ${j}, ${i} are ${a} and ${b}`, { i, j })
      }
      A.data[i * n + j] = A.data[j * n + i] = (a + b) / 2
    }
  }
  return A
}

function parseHeader(bytes: Uint8Array, view: DataView, maxDimension: number) {
  const magic = String.fromCharCode(...bytes.subarray(0, 6))
  if (bytes.length < 12 || magic !== '\u0093NUMPY') throw bad('it does not begin with the signature \\x93NUMPY')
  const major = view.getUint8(6)
  if (major < 1 || major > 3 || view.getUint8(7) !== 0) {
    throw bad(`it has format version ${major}.${view.getUint8(7)}, expected 1.0, 2.0 or 3.0`, { major })
  }
  const from = major === 1 ? 10 : 12
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > MAX_HEADER || from + length > bytes.length) throw bad(`its header has ${length} bytes`, { length })
  const text = String.fromCharCode(...bytes.subarray(from, from + length))
  const match = HEADER.exec(text)
  if (!match) {
    throw bad(`its header ${JSON.stringify(text.trim())} is not that of a two-dimensional float64 or float32 array`)
  }
  const [rows, cols] = [Number(match[4]), Number(match[5])]
  if (rows !== cols || rows < 1) throw bad(`its shape is ${rows} × ${cols}, expected a square matrix`, { rows, cols })
  if (rows > maxDimension) {
    throw bad(`its dimension is ${rows}, above the limit of ${maxDimension}`, { rows, maxDimension })
  }
  const type = match[2] === 'f8' ? ('f8' as const) : ('f4' as const)
  return { littleEndian: match[1] === '<', type, n: rows, start: from + length }
}

function bad(problem: string, details: Record<string, number> = {}): LabError {
  return new LabError(
    'bad-input',
    `This NPY file cannot be used: ${problem}. Save a symmetric matrix with numpy.save(path, A.astype('float64')).`,
    details,
  )
}
