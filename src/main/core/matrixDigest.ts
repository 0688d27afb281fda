import { createHash } from 'node:crypto'
import type { ImportedMatrix } from '#shared/importedMatrix'

/** SHA-256 in hexadecimal of shape, values and mask; the same on every machine. */
export function matrixDigest({ rows, cols, values, observed }: ImportedMatrix): string {
  const hash = createHash('sha256').update(`matrix ${rows} ${cols}\n`)
  for (const numbers of [values, observed]) {
    const bytes = new DataView(new ArrayBuffer(numbers.length * 8))
    // One NaN for all of them: which bits a file had says nothing about the matrix.
    numbers.forEach((value, i) => bytes.setFloat64(i * 8, Number.isNaN(value) ? NaN : value, true))
    hash.update(bytes)
  }
  return hash.digest('hex')
}
