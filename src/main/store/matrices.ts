import { z } from 'zod'
import { LabError } from '#shared/errors'
import { matrixReference, parseMatrixReference, type ImportedMatrix, type MatrixInfo } from '#shared/importedMatrix'
import type { MatrixLibrary } from '../core/system'
import type { Connection } from './connection'
import { floatBlobColumns, packFloats, unpackFloats } from './floatBlob'

/** The matrices of a project; what was imported once stays, because runs refer to it. */
export interface Matrices extends MatrixLibrary {
  /**
   * The same content again is what is there already, under the name it has.
   * @throws LabError 'conflict' if the name belongs to another matrix
   */
  add(given: { name: string; digest: string; matrix: ImportedMatrix; at: number }): MatrixInfo
  /** By name. */
  list(): readonly MatrixInfo[]
}

const infoRow = z
  .object({
    digest: z.string(),
    name: z.string(),
    rows: z.int().min(1),
    cols: z.int().min(1),
    known: z.int(),
    observed: z.int(),
    imported_at: z.number(),
  })
  .transform(({ imported_at: importedAt, ...rest }): MatrixInfo => ({ ...rest, importedAt }))

const partRow = z.object({ part: z.enum(['values', 'mask']), ...floatBlobColumns })

const INFO = 'SELECT content AS digest, name, rows, cols, known, observed, imported_at FROM matrices'

export function matricesOn(connection: Connection): Matrices {
  /** The one that was asked for last: a draft is checked again with every key that is pressed. */
  let latest: { readonly digest: string; readonly matrix: ImportedMatrix } | null = null
  const list = () => connection.all(infoRow, `${INFO} ORDER BY name`)

  function find(text: string): MatrixInfo {
    const { name, digest } = parseMatrixReference(text)
    // The digest decides: another project may know the same matrix by another name.
    const found =
      digest === null
        ? connection.get(infoRow, `${INFO} WHERE name = ?`, [name])
        : connection.get(infoRow, `${INFO} WHERE content = ?`, [digest])
    if (found) return found
    const known = list().map((matrix) => `"${matrix.name}"`)
    const there = known.length > 0 ? `It has ${known.join(', ')}.` : 'It has none.'
    throw new LabError(
      'not-found',
      `The imported matrix "${name}" is not in this project. ${there} Import the file first.`,
    )
  }

  return {
    list,
    reference: (text) => matrixReference(find(text)),
    load(text) {
      const { digest, rows, cols } = find(text)
      if (latest?.digest === digest) return latest.matrix
      const parts = connection.all(partRow, 'SELECT part, data, digest FROM matrix_arrays WHERE matrix = ?', [digest])
      const part = (name: 'values' | 'mask'): Float64Array => {
        const stored = parts.find((row) => row.part === name)
        if (stored) return unpackFloats(stored, rows * cols)
        const message = `A part of the imported matrix "${text}" is missing: it was damaged. Import the file again.`
        throw new LabError('storage', message, { part: name })
      }
      const matrix = { rows, cols, values: part('values'), observed: part('mask') }
      latest = { digest, matrix }
      return matrix
    },
    add: ({ name, digest, matrix, at }) =>
      connection.transaction(() => {
        const same = connection.get(infoRow, `${INFO} WHERE content = ?`, [digest])
        if (same) return same
        if (connection.get(infoRow, `${INFO} WHERE name = ?`, [name])) {
          const message = `Another matrix is called "${name}" already. Choose another name for this one.`
          throw new LabError('conflict', message, { name })
        }
        const { rows, cols, values, observed } = matrix
        const known = values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
        const seen = observed.reduce((count, value) => count + value, 0)
        connection.run(
          `INSERT INTO matrices (content, name, rows, cols, known, observed, imported_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
          [digest, name, rows, cols, known, seen, at],
        )
        for (const [part, numbers] of [
          ['values', values],
          ['mask', observed],
        ] as const) {
          const packed = packFloats(numbers)
          const sql = 'INSERT INTO matrix_arrays (matrix, part, data, digest) VALUES (?, ?, ?, ?)'
          connection.run(sql, [digest, part, packed.data, packed.digest])
        }
        return { name, digest, rows, cols, known, observed: seen, importedAt: at }
      }),
  }
}
