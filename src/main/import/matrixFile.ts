import { LabError } from '#shared/errors'
import { MATRIX_LIMITS, type ImportedMatrix } from '#shared/importedMatrix'
import type { Matrix } from '../compute/matrix'
import { parseCsvMatrix } from './parseCsvMatrix'
import { parseNpyMatrix, type NpyOptions } from './parseNpyMatrix'

/** A file as it came: the name is only for messages and to tell the format. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

const NPY: NpyOptions = {
  types: ['f8', 'f4', 'i8', 'u8', 'i4', 'u4', 'i2', 'u2', 'i1', 'u1', 'b1'],
  advice: 'Save a matrix of numbers with numpy.save(path, A); NaN stands for an entry that is not known.',
  refuseShape(rows, cols) {
    const { side, entries } = MATRIX_LIMITS
    if (rows < 1 || cols < 1) return `its shape is ${rows} × ${cols}, expected at least one entry`
    if (rows <= side && cols <= side && rows * cols <= entries) return null
    return `its shape is ${rows} × ${cols}; at most ${side} rows and columns and ${entries} entries are read`
  },
}

/**
 * What a person imports: a matrix with NaN or empty cells where nothing is known, and perhaps a mask of the same shape
 * with 1 where training may see the entry and 0 where it is held out.
 *
 * @throws LabError 'bad-input' that names the file, row and column (from 1) and says what to do
 */
export function readImportedMatrix(file: NamedBytes, mask: NamedBytes | null): ImportedMatrix {
  const { rows, cols, data: values } = readMatrix(file)
  const observed = mask ? readMask(mask, { rows, cols }, values) : values.map((value) => (Number.isNaN(value) ? 0 : 1))
  if (!observed.includes(1)) {
    throw new LabError('bad-input', `${(mask ?? file).name}: no entry is observed, so there is nothing to learn from.`)
  }
  return { rows, cols, values, observed }
}

function readMatrix(file: NamedBytes): Matrix {
  const { name, bytes } = file
  if (bytes.length > MATRIX_LIMITS.fileBytes) {
    throw new LabError('bad-input', `${name} has ${bytes.length} bytes; at most ${MATRIX_LIMITS.fileBytes} are read. Import a part of it.`) // prettier-ignore
  }
  try {
    const A = bytes[0] === 0x93 || /\.npy$/i.test(name) ? parseNpyMatrix(bytes, NPY) : parseCsvMatrix(bytes)
    const infinite = A.data.findIndex((value) => Math.abs(value) === Infinity)
    if (infinite < 0) return A
    throw new LabError('bad-input', `${placeOf(infinite, A)} is ${A.data[infinite]}. Write NaN for an entry that is not known.`) // prettier-ignore
  } catch (thrown) {
    const error = LabError.from(thrown)
    throw new LabError(error.code, `${name}: ${error.message}`, error.details, { cause: thrown })
  }
}

function readMask(file: NamedBytes, { rows, cols }: Pick<Matrix, 'rows' | 'cols'>, values: Float64Array): Float64Array {
  const mask = readMatrix(file)
  const refuse = (problem: string) => new LabError('bad-input', `${file.name}: ${problem}`)
  if (mask.rows !== rows || mask.cols !== cols) {
    throw refuse(`the mask is ${mask.rows} × ${mask.cols}, the matrix ${rows} × ${cols}. Give both the same shape.`)
  }
  mask.data.forEach((seen, at) => {
    if (seen !== 0 && seen !== 1) {
      throw refuse(`${placeOf(at, mask)} is ${seen}. Write 1 where training may see the entry and 0 elsewhere.`)
    }
    if (seen === 1 && Number.isNaN(values[at]!)) {
      throw refuse(`${placeOf(at, mask)} is 1, but the matrix has no value there. Write 0, or give the value.`)
    }
  })
  return mask.data
}

function placeOf(at: number, { cols }: Pick<Matrix, 'cols'>): string {
  return `row ${Math.floor(at / cols) + 1}, column ${(at % cols) + 1}`
}
