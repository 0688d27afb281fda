import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { matrixDigestsIn } from '#shared/importedMatrix'
import { jsonObject } from '#shared/json'
import { sizeOf, type FloatArray } from '../core/checkpoint'
import { analysisCopiesOn } from './analysisCopies'
import { digestColumn, dtypeColumn, flagColumn, jsonColumn, layerSchema, shapeColumn } from './columns'
import type { Connection } from './connection'
import { digestOfFloats, floatBlobColumns, unpackFloatsAside } from './floatBlob'
import type { Project } from './project'
import type { ArrayRef, MatrixDocument, RunContent, RunDocument } from './runContent'
import type { StoredRun } from './runs'
import { seriesOn } from './series'

export type WholeRunParts = Pick<Project, 'runs' | 'sweeps' | 'claims' | 'log' | 'annotations' | 'matrices'>

const refRow = z.object({ id: z.number(), dtype: dtypeColumn, shape: shapeColumn, digest: digestColumn })
const arrayRow = refRow.extend({
  quantity: z.string(),
  layer: layerSchema,
  step: z.number(),
  meta: jsonColumn(jsonObject).nullable(),
})
const namedRow = refRow.extend({ name: z.string() })
const stateRow = z.object({ id: z.number(), step: z.number(), kept: flagColumn, last_finite_loss: z.number() })

type BlobTable = 'arrays' | 'checkpoint_arrays' | 'analysis_arrays' | 'matrix_arrays'

/** Reads everything that is stored of a run; its arrays when they are asked for. */
export function wholeRunOn(connection: Connection, parts: WholeRunParts): (runId: RunId) => RunContent {
  const { runs, sweeps, claims, log, annotations, matrices } = parts
  const series = seriesOn(connection)
  const analyses = analysisCopiesOn(connection)

  return (runId) => {
    const { sweep, status, ...run } = runs.get(runId)
    if (status === 'pending' || status === 'running') {
      throw new LabError('conflict', `Run ${runId} is ${status}. Cancel it or let it end before it is copied.`)
    }
    const readers = new Map<string, () => Promise<FloatArray>>()
    /** Where the numbers of a reference are; equal references have equal numbers. */
    const located = (ref: ArrayRef, reader: () => Promise<FloatArray>): ArrayRef => {
      readers.set(keyOf(ref), reader)
      return ref
    }
    const stored = (table: BlobTable, { id, dtype, shape, digest }: z.output<typeof refRow>): ArrayRef =>
      located({ dtype, shape, sha256: digest }, async () => {
        const sql = `SELECT data, digest FROM ${table} WHERE rowid = ?`
        const blob = connection.get(z.object(floatBlobColumns), sql, [id])
        if (blob) return unpackFloatsAside(dtype, blob, sizeOf(shape))
        throw new LabError('conflict', `An array of run ${runId} was deleted while it was copied. Try again.`)
      })
    const named = (table: BlobTable, sql: string, value: string | number) =>
      connection.all(namedRow, sql, [value]).map((row) => ({ name: row.name, data: stored(table, row) }))

    function sweepPart({ id, index }: NonNullable<StoredRun['sweep']>): RunDocument['sweep'] {
      const { spec, createdAt } = sweeps.get(id)
      return { id, index, spec, createdAt }
    }

    function joinedPoints(quantity: string, layer: number | null): Float64Array {
      const { steps, values } = series.read(runId, quantity, layer)
      const joined = new Float64Array(2 * steps.length)
      joined.set(steps)
      joined.set(values, steps.length)
      return joined
    }

    /** Those that the spec refers to, where they are whole. */
    function matrixParts(): MatrixDocument[] {
      const referred = matrixDigestsIn(run.spec.params)
      if (referred.size === 0) return []
      return matrices.list().flatMap(({ name, digest, rows, cols, importedAt }) => {
        if (!referred.has(digest)) return []
        const sql = `SELECT rowid AS id, part AS name, 'float64' AS dtype, '[${rows},${cols}]' AS shape, digest
          FROM matrix_arrays WHERE matrix = ?`
        const found = new Map(named('matrix_arrays', sql, digest).map((part) => [part.name, part.data]))
        const [values, mask] = [found.get('values'), found.get('mask')]
        return values && mask ? [{ name, digest, rows, cols, importedAt, values, mask }] : []
      })
    }

    const document: RunDocument = {
      run: {
        id: runId,
        spec: run.spec,
        quantities: run.quantities,
        status,
        step: run.step,
        steps: run.steps,
        flopsPerStep: run.flopsPerStep,
        provenance: run.provenance,
        error: run.error,
        createdAt: run.createdAt,
        startedAt: run.startedAt,
        endedAt: run.endedAt,
        startedAtStep: run.startedAtStep,
        deaths: run.deaths,
        shape: run.shape,
      },
      sweep: sweep && sweepPart(sweep),
      claims: claims.verdicts(runId),
      log: log.of(runId),
      series: series.names(runId).map(({ quantity, layer }) => {
        const points = joinedPoints(quantity, layer)
        const sha256 = Buffer.from(digestOfFloats(points)).toString('hex')
        const ref: ArrayRef = { dtype: 'float64', shape: [2, points.length / 2], sha256 }
        return { quantity, layer, points: located(ref, async () => joinedPoints(quantity, layer)) }
      }),
      arrays: connection
        .all(
          arrayRow,
          'SELECT id, quantity, layer, step, dtype, shape, digest, meta FROM arrays WHERE run_id = ? ORDER BY id',
          [runId],
        )
        .map((row) => {
          const { quantity, layer, step, meta } = row
          return { quantity, layer, step, meta, data: stored('arrays', row) }
        }),
      states: connection
        .all(
          stateRow,
          'SELECT id, step, kept, last_finite_loss FROM checkpoints WHERE run_id = ? ORDER BY kept DESC, step',
          [runId],
        )
        .map(({ id, step, kept, last_finite_loss: lastFiniteLoss }) => {
          const sql = `SELECT rowid AS id, name, dtype, shape, digest FROM checkpoint_arrays
            WHERE checkpoint_id = ? ORDER BY position`
          return { step, kept, lastFiniteLoss, arrays: named('checkpoint_arrays', sql, id) }
        }),
      marks: annotations.of(runId),
      matrices: matrixParts(),
      analyses: analyses.of(runId).map(({ id, head }) => {
        const sql = `SELECT rowid AS id, name, dtype, '[' || count || ']' AS shape, digest FROM analysis_arrays
          WHERE analysis_id = ? AND name NOT LIKE 'state/%' ORDER BY name`
        return { ...head, arrays: named('analysis_arrays', sql, id) }
      }),
    }

    return {
      document,
      async read(ref) {
        const reader = readers.get(keyOf(ref))
        if (!reader) throw new LabError('not-found', `Run ${runId} has no array with the SHA-256 ${ref.sha256}.`)
        return reader()
      },
    }
  }
}

function keyOf({ dtype, shape, sha256 }: ArrayRef): string {
  return `${sha256} ${dtype} ${shape.join(' ')}`
}
