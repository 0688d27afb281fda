import { z } from 'zod'
import { analysisSpecSchema, analysisStatuses, type AnalysisDetail, type AnalysisSpec, type AnalysisStatus, type AnalysisSummary } from '#shared/analysis' // prettier-ignore
import type { StoredQuadrature } from '#shared/bulkDensity'
import { LabError, type ErrorData } from '#shared/errors'
import { runIdSchema, type RunId } from '#shared/ids'
import { jsonObject, type JsonValue } from '#shared/json'
import type { OutlierChoice } from '#shared/outlierChoice'
import { spectrumMetaSchema, type Prediction, type SpectrumMeta } from '#shared/records'
import { dtypeOf, type FloatArray } from '../core/checkpoint'
import { errorDataSchema, jsonColumn, levelsSchema, toJson } from './columns'
import type { Connection } from './connection'
import { floatBlobColumns, packFloats, unpackFloatsAs } from './floatBlob'

export type StoredAnalysis = Omit<AnalysisSummary, 'progress'>

export interface NewAnalysis {
  readonly runId: RunId | null
  readonly step: number | null
  readonly matrix: string
  readonly spec: AnalysisSpec
  readonly inputHash: string
  readonly createdAt: number
}

/** What a search found, complete or not. */
export interface AnalysisResult {
  readonly meta: SpectrumMeta
  readonly levels: Prediction['levels'] | null
  readonly eigenvalues: Float64Array
  readonly bottom: Float64Array
  readonly residuals: Float64Array
  /** Eigenvectors one after the other, where they were asked for. */
  readonly vectors: Float64Array | null
  readonly quadrature: StoredQuadrature | null
  /** How much of each eigenvector lies along each class or pair, eigenvector by eigenvector. */
  readonly alignment: Float64Array | null
}

/** A search that was stopped, as its solver packed it. */
export interface StoredSearch {
  readonly facts: Readonly<Record<string, JsonValue>>
  readonly arrays: Readonly<Record<string, FloatArray>>
}

/** Spectra computed after the fact, one for each question. */
export interface Analyses {
  create(analysis: NewAnalysis): StoredAnalysis
  /** @throws LabError 'not-found' */
  get(id: number): StoredAnalysis
  byInput(inputHash: string): StoredAnalysis | null
  /** Newest first; of a run, or those without one. */
  list(runId: RunId | null): readonly StoredAnalysis[]
  setStatus(
    id: number,
    status: AnalysisStatus,
    end: { readonly at: number; readonly error: ErrorData | null } | null,
  ): void
  /** Stored with the result, which has to be there. */
  setChoice(id: number, choice: OutlierChoice): void
  /** Takes the place of an earlier result. */
  saveResult(id: number, result: AnalysisResult): void
  result(id: number): AnalysisDetail['result']
  /** Eigenvectors of the largest eigenvalues, in their order; none where they were not kept. */
  vectors(id: number): readonly Float64Array[]
  /** Takes the place of an earlier one; null: nothing is left to go on from. */
  saveSearch(id: number, search: StoredSearch | null): void
  search(id: number): StoredSearch | null
  /** Those that were under way when the service last ended. */
  interruptRunning(at: number): void
  /** Those that an end of the service cut off, in the order in which they were asked for. */
  cutOff(): readonly StoredAnalysis[]
}

const row = z
  .object({
    id: z.number(),
    run_id: runIdSchema.nullable(),
    step: z.number().nullable(),
    matrix: z.string(),
    spec: jsonColumn(analysisSpecSchema),
    input_hash: z.string(),
    status: z.enum(analysisStatuses),
    error: jsonColumn(errorDataSchema).nullable(),
    created_at: z.number(),
    ended_at: z.number().nullable(),
  })
  .transform(({ run_id, input_hash, created_at, ended_at, ...rest }): StoredAnalysis => ({
    ...rest,
    runId: run_id,
    inputHash: input_hash,
    createdAt: created_at,
    endedAt: ended_at,
  }))
const COLUMNS = 'id, run_id, step, matrix, spec, input_hash, status, error, created_at, ended_at'

const resultRow = z.object({
  meta: jsonColumn(spectrumMetaSchema).nullable(),
  levels: jsonColumn(levelsSchema).nullable(),
})
const arrayRow = z
  .object({ name: z.string(), dtype: z.enum(['float64', 'float32']), count: z.int().min(0), ...floatBlobColumns })
  .transform(({ name, dtype, count, ...blob }): { name: string; data: FloatArray } => ({
    name,
    data: unpackFloatsAs(dtype, blob, count),
  }))

const STATE = 'state/'
/** Of the error of an analysis that ended with the service: not its own doing. */
const CUT_OFF = 'unavailable'

export function analysesOn(connection: Connection): Analyses {
  const one = (where: string, value: string | number) =>
    connection.get(row, `SELECT ${COLUMNS} FROM analyses WHERE ${where} = ?`, [value])

  function get(id: number): StoredAnalysis {
    const found = one('id', id)
    if (found) return found
    throw new LabError('not-found', `There is no analysis ${id} in this project.`, { id })
  }

  function saveArray(id: number, name: string, values: FloatArray): void {
    const { data, digest } = packFloats(values)
    connection.run(
      `INSERT INTO analysis_arrays (analysis_id, name, dtype, count, data, digest) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (analysis_id, name) DO UPDATE SET
         dtype = excluded.dtype, count = excluded.count, data = excluded.data, digest = excluded.digest`,
      [id, name, dtypeOf(values), values.length, data, digest],
    )
  }

  function readArray(id: number, name: string): FloatArray | null {
    const sql = 'SELECT name, dtype, count, data, digest FROM analysis_arrays WHERE analysis_id = ? AND name = ?'
    return connection.get(arrayRow, sql, [id, name])?.data ?? null
  }
  const resultRowOf = (id: number) => connection.get(resultRow, 'SELECT meta, levels FROM analyses WHERE id = ?', [id])
  const doubles = (id: number, name: string) => Float64Array.from(readArray(id, name) ?? [])

  return {
    create({ runId, step, matrix, spec, inputHash, createdAt }) {
      const { id } = connection.run(
        `INSERT INTO analyses (run_id, step, matrix, spec, input_hash, status, created_at)
         VALUES (?, ?, ?, ?, ?, 'pending', ?)`,
        [runId, step, matrix, toJson(spec), inputHash, createdAt],
      )
      return get(id)
    },

    get,

    byInput: (inputHash) => one('input_hash', inputHash),

    list: (runId) => connection.all(row, `SELECT ${COLUMNS} FROM analyses WHERE run_id IS ? ORDER BY id DESC`, [runId]),

    setStatus(id, status, end) {
      connection.run('UPDATE analyses SET status = ?, ended_at = ?, error = ? WHERE id = ?', [
        status,
        end?.at ?? null,
        end?.error ? toJson(end.error) : null,
        id,
      ])
    },

    setChoice(id, choice) {
      const meta = resultRowOf(id)?.meta
      if (!meta) throw new LabError('not-found', `Analysis ${id} has no eigenvalues yet to count outliers in.`, { id })
      connection.run('UPDATE analyses SET meta = ? WHERE id = ?', [toJson({ ...meta, chosen: choice }), id])
    },

    saveResult: (id, { meta, levels, eigenvalues, bottom, residuals, vectors, quadrature, alignment }) =>
      connection.transaction(() => {
        connection.run('UPDATE analyses SET matrix = ?, meta = ?, levels = ? WHERE id = ?', [
          meta.matrix,
          toJson(meta),
          levels && toJson(levels),
          id,
        ])
        saveArray(id, 'eigenvalues', eigenvalues)
        saveArray(id, 'bottom', bottom)
        saveArray(id, 'residuals', residuals)
        if (vectors) saveArray(id, 'vectors', vectors)
        if (quadrature) {
          saveArray(id, 'nodes', quadrature.nodes)
          saveArray(id, 'weights', quadrature.weights)
        }
        if (alignment) saveArray(id, 'alignment', alignment)
      }),

    result(id) {
      const found = resultRowOf(id)
      if (!found?.meta) return null
      const [eigenvalues, bottom, residuals] = ['eigenvalues', 'bottom', 'residuals'].map((name) => doubles(id, name))
      const { alignedWith, count } = found.meta.eigenvectors ?? { alignedWith: null, count: 0 }
      return {
        meta: found.meta,
        alignment: alignedWith && { alignedWith, count, data: doubles(id, 'alignment') },
        quadrature: found.meta.quadrature ? { nodes: doubles(id, 'nodes'), weights: doubles(id, 'weights') } : null,
        levels: found.levels,
        eigenvalues: eigenvalues!,
        bottom: bottom!,
        residuals: residuals!,
      }
    },

    vectors(id) {
      const { dimension = 0, eigenvectors } = resultRowOf(id)?.meta ?? {}
      const count = eigenvectors?.count ?? 0
      if (count === 0) return []
      const found = doubles(id, 'vectors')
      if (found.length !== count * dimension) {
        // Possible only for what came from another project.
        const message = `Analysis ${id} says ${count} eigenvectors of ${dimension} entries and has ${found.length} numbers. Compute it again.` // prettier-ignore
        throw new LabError('bad-input', message, { id })
      }
      return Array.from({ length: count }, (_, k) => found.subarray(k * dimension, (k + 1) * dimension))
    },

    saveSearch: (id, search) =>
      connection.transaction(() => {
        connection.run(`DELETE FROM analysis_arrays WHERE analysis_id = ? AND name LIKE '${STATE}%'`, [id])
        connection.run('UPDATE analyses SET search = ? WHERE id = ?', [search && toJson(search.facts), id])
        for (const [name, values] of Object.entries(search?.arrays ?? {})) saveArray(id, STATE + name, values)
      }),

    search(id) {
      const facts = z.object({ search: jsonColumn(jsonObject).nullable() })
      const found = connection.get(facts, 'SELECT search FROM analyses WHERE id = ?', [id])
      if (!found?.search) return null
      const sql = `SELECT name, dtype, count, data, digest FROM analysis_arrays
        WHERE analysis_id = ? AND name LIKE '${STATE}%'`
      const arrays = connection.all(arrayRow, sql, [id]).map(({ name, data }) => [name.slice(STATE.length), data])
      return { facts: found.search, arrays: Object.fromEntries(arrays) }
    },

    interruptRunning(at) {
      const error = new LabError(CUT_OFF, 'The application ended while this was computed. Ask again to go on.')
      connection.run(
        `UPDATE analyses SET status = 'interrupted', ended_at = ?, error = ? WHERE status IN ('pending', 'running')`,
        [at, toJson(error.toData())],
      )
    },

    cutOff: () =>
      connection.all(
        row,
        `SELECT ${COLUMNS} FROM analyses WHERE status = 'interrupted' AND json_extract(error, '$.code') = ? ORDER BY id`,
        [CUT_OFF],
      ),
  }
}
