import { LabError } from '#shared/errors'
import type { Matrix } from '../compute/matrix'
import { parseNpyMatrix, type NpyOptions } from '../import/parseNpyMatrix'

/** Largest dimension read without being asked for more: 512 MiB in float64. */
const MAX_DIMENSION = 8192
/** Largest |A − Aᵀ| / max |A| that rounding of the stored precision explains, with two digits of margin. */
const ASYMMETRY = { f8: 1e-12, f4: 1e-5 } as const
const ADVICE = "Save a symmetric matrix with numpy.save(path, A.astype('float64'))."

/**
 * A symmetric matrix from the bytes of a NumPy file of float64 or float32; see `parseNpyMatrix`. Every number must be
 * finite and the matrix symmetric to rounding; the result is ½ (A + Aᵀ).
 *
 * @throws LabError 'bad-input' that says what the file has and what is expected
 */
export function parseNpySymmetric(bytes: Uint8Array, options: { readonly maxDimension?: number } = {}): Matrix {
  const { maxDimension = MAX_DIMENSION } = options
  const read: NpyOptions = {
    types: ['f8', 'f4'],
    advice: ADVICE,
    refuseShape(rows, cols) {
      if (rows !== cols || rows < 1) return `its shape is ${rows} × ${cols}, expected a square matrix`
      return rows > maxDimension ? `its dimension is ${rows}, above the limit of ${maxDimension}` : null
    },
  }
  const { rows: n, cols, data, type } = parseNpyMatrix(bytes, read)
  const unusable = data.findIndex((value) => !Number.isFinite(value))
  if (unusable >= 0) throw bad(`entry ${Math.floor(unusable / n)}, ${unusable % n} is ${data[unusable]}`, { unusable })
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const asymmetry = ASYMMETRY[type === 'f4' ? 'f4' : 'f8']
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [data[i * n + j]!, data[j * n + i]!]
      if (Math.abs(a - b) > asymmetry * largest) {
        throw bad(`it is not symmetric: entries ${i}, ${j} and ${j}, ${i} are ${a} and ${b}`, { i, j })
      }
      data[i * n + j] = data[j * n + i] = (a + b) / 2
    }
  }
  return { rows: n, cols, data }
}

function bad(problem: string, details: Record<string, number>): LabError {
  return new LabError('bad-input', `This NPY file cannot be used: ${problem}. ${ADVICE}`, details)
}
