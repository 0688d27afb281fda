import { gunzipSync } from 'node:zlib'
import { LabError } from '#shared/errors'

/** The UCI handwritten digits as they lie in the file. */
export interface Digits {
  /** 64 values from 0 to 16 for each image, row-major. */
  readonly pixels: readonly Uint8Array[]
  /** 0 … 9, one for each image. */
  readonly labels: Uint8Array
}

export const PIXELS = 64
export const LARGEST_PIXEL = 16
const DIGITS = 10
/** The shipped file unpacks to about 0.3 MB; a file that unpacks to more than this is not it. */
const LARGEST_FILE = 4 * 2 ** 20

/**
 * Reads the gzipped CSV of the digits strictly: every row has 64 pixels from 0 to 16 and a label from 0 to 9.
 *
 * @param file name, for messages
 * @throws LabError 'bad-input' that names the file, the row, what was found and what was expected
 */
export function parseDigits(file: string, bytes: Uint8Array): Digits {
  const rows = unpack(file, bytes).split('\n')
  // A text file ends with a line break, which makes no row.
  if (rows.at(-1) === '') rows.pop()
  if (rows.length === 0) throw damaged(file, 'it holds no rows')
  const pixels: Uint8Array[] = []
  const labels = new Uint8Array(rows.length)
  rows.forEach((row, index) => {
    const values = row.split(',')
    if (values.length !== PIXELS + 1) {
      throw damaged(file, `row ${index + 1} has ${values.length} values, expected ${PIXELS} pixels and a label`)
    }
    const image = values.map((value, column) => {
      const largest = column < PIXELS ? LARGEST_PIXEL : DIGITS - 1
      if (/^\d{1,2}$/.test(value) && Number(value) <= largest) return Number(value)
      const place = column < PIXELS ? `pixel ${column + 1}` : 'label'
      const shown = JSON.stringify(value.slice(0, 20))
      throw damaged(file, `row ${index + 1}, ${place} is ${shown}, expected a whole number from 0 to ${largest}`)
    })
    pixels.push(Uint8Array.from(image.slice(0, PIXELS)))
    labels[index] = image[PIXELS] ?? 0
  })
  return { pixels, labels }
}

function unpack(file: string, bytes: Uint8Array): string {
  try {
    const text = gunzipSync(bytes, { maxOutputLength: LARGEST_FILE })
    return new TextDecoder('utf-8', { fatal: true }).decode(text)
  } catch (cause) {
    throw damaged(file, `it is not gzipped text of at most ${LARGEST_FILE / 2 ** 20} MB`, cause)
  }
}

function damaged(file: string, why: string, cause?: unknown): LabError {
  const message = `Data file ${file} cannot be used: ${why}. Restore the file that came with Collapsar.`
  return new LabError('bad-input', message, { file }, { cause })
}
