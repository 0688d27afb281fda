import { z } from 'zod'
import { LabError } from '#shared/errors'
import { matrixReference, parseMatrixReference, type ImportedMatrix, type MatrixInfo } from '#shared/importedMatrix'
import type { MatrixLibrary } from '../core/system'
import type { Connection } from './connection'
import { packFloats, unpackFloats } from './floatBlob'

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

const blob = z.instanceof(Uint8Array)
const matrixRow = z
  .object({
    rows: z.int().min(1),
    cols: z.int().min(1),
    values_data: blob,
    values_digest: blob,
    mask_data: blob,
    mask_digest: blob,
  })
  .transform(({ rows, cols, ...row }): ImportedMatrix => ({
    rows,
    cols,
    values: unpackFloats({ data: row.values_data, digest: row.values_digest }, rows * cols),
    observed: unpackFloats({ data: row.mask_data, digest: row.mask_digest }, rows * cols),
  }))

const INFO = 'SELECT digest, name, rows, cols, known, observed, imported_at FROM matrices'

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
        : connection.get(infoRow, `${INFO} WHERE digest = ?`, [digest])
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
      const { digest } = find(text)
      if (latest?.digest === digest) return latest.matrix
      const matrix = connection.get(
        matrixRow,
        'SELECT rows, cols, values_data, values_digest, mask_data, mask_digest FROM matrices WHERE digest = ?',
        [digest],
      )
      if (!matrix) throw new LabError('not-found', `The imported matrix "${text}" is not in this project.`)
      latest = { digest, matrix }
      return matrix
    },
    add: ({ name, digest, matrix, at }) =>
      connection.transaction(() => {
        const same = connection.get(infoRow, `${INFO} WHERE digest = ?`, [digest])
        if (same) return same
        if (connection.get(infoRow, `${INFO} WHERE name = ?`, [name])) {
          const message = `Another matrix is called "${name}" already. Choose another name for this one.`
          throw new LabError('conflict', message, { name })
        }
        const { rows, cols, values, observed } = matrix
        const known = values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0)
        const seen = observed.reduce((count, value) => count + value, 0)
        const [packed, mask] = [packFloats(values), packFloats(observed)]
        connection.run(
          `INSERT INTO matrices (digest, name, rows, cols, known, observed, values_data, values_digest, mask_data,
             mask_digest, imported_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          [digest, name, rows, cols, known, seen, packed.data, packed.digest, mask.data, mask.digest, at],
        )
        return { name, digest, rows, cols, known, observed: seen, importedAt: at }
      }),
  }
}
