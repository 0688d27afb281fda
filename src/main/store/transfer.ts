import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { jsonObject } from '#shared/json'
import type { CheckpointArray, FloatArray } from '../core/checkpoint'
import { arraysOn } from './arrays'
import { flagColumn, jsonColumn, layerSchema } from './columns'
import type { Connection } from './connection'
import { digestOfFloats, floatBlobColumns, unpackFloatsAs, WIDTH } from './floatBlob'
import type { Project } from './project'
import { arrayRefs, sizeOf, type ArrayRef, type RunContent, type RunDocument } from './runContent'
import type { StoredRun } from './runs'
import { seriesOn } from './series'

/** Runs as they leave a project and come into one: whole, and bit for bit. */
export interface Transfer {
  /**
   * @throws LabError 'conflict' if the run has not ended; reading an array that is damaged throws 'storage'
   */
  content(runId: RunId): RunContent
  /**
   * Brings in a run, all or nothing. One that is here already with the same content is left alone; where its id belongs
   * to another one, it takes a new id.
   */
  add(content: RunContent, newId: () => RunId): Transferred
}

export interface Transferred {
  readonly runId: RunId
  readonly outcome: 'added' | 'renamed' | 'skipped'
}

type Parts = Pick<Project, 'runs' | 'sweeps' | 'checkpoints' | 'claims' | 'log'>

const shapeColumn = jsonColumn(z.array(z.int().min(0)))
const digestColumn = z.instanceof(Uint8Array).transform((digest) => Buffer.from(digest).toString('hex'))
const dtypeColumn = z.enum(['float64', 'float32'])
const arrayRow = z.object({
  id: z.number(),
  quantity: z.string(),
  layer: layerSchema,
  step: z.number(),
  dtype: dtypeColumn,
  shape: shapeColumn,
  digest: digestColumn,
  meta: jsonColumn(jsonObject).nullable(),
})
const stateRow = z.object({
  id: z.number(),
  step: z.number(),
  kept: flagColumn,
  last_finite_loss: z.number(),
  trained_seconds: z.number(),
})
const stateArrayRow = z.object({
  id: z.number(),
  name: z.string(),
  dtype: dtypeColumn,
  shape: shapeColumn,
  digest: digestColumn,
})

export function transferOn(connection: Connection, { runs, sweeps, checkpoints, claims, log }: Parts): Transfer {
  const series = seriesOn(connection)
  const arrays = arraysOn(connection)

  function content(runId: RunId): RunContent {
    const { sweep, status, ...run } = runs.get(runId)
    if (status === 'pending' || status === 'running') {
      throw new LabError('conflict', `Run ${runId} is ${status}. Cancel it or let it end before it is copied.`)
    }
    const readers = new Map<string, () => FloatArray>()
    /** Where the numbers of a reference are; equal references have equal numbers. */
    const located = (ref: ArrayRef, reader: () => FloatArray): ArrayRef => {
      readers.set(keyOf(ref), reader)
      return ref
    }
    const stored = (table: 'arrays' | 'checkpoint_arrays', id: number, ref: Omit<ArrayRef, 'sha256'>) => () => {
      const blob = connection.get(z.object(floatBlobColumns), `SELECT data, digest FROM ${table} WHERE rowid = ?`, [id])
      if (!blob) throw new LabError('conflict', `An array of run ${runId} was deleted while it was copied. Try again.`)
      return unpackFloatsAs(ref.dtype, blob, sizeOf(ref))
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
        const points = () => joinedPoints(quantity, layer)
        const sha256 = Buffer.from(digestOfFloats(points())).toString('hex')
        const shape = [2, points().length / 2]
        return { quantity, layer, points: located({ dtype: 'float64', shape, sha256 }, points) }
      }),
      arrays: connection
        .all(
          arrayRow,
          'SELECT id, quantity, layer, step, dtype, shape, digest, meta FROM arrays WHERE run_id = ? ORDER BY id',
          [runId],
        )
        .map(({ id, quantity, layer, step, dtype, shape, digest, meta }) => {
          const ref = { dtype, shape, sha256: digest }
          return { quantity, layer, step, meta, data: located(ref, stored('arrays', id, ref)) }
        }),
      states: connection
        .all(
          stateRow,
          `SELECT id, step, kept, last_finite_loss, trained_seconds FROM checkpoints
           WHERE run_id = ? ORDER BY kept DESC, step`,
          [runId],
        )
        .map(({ id, step, kept, last_finite_loss, trained_seconds }) => ({
          step,
          kept,
          lastFiniteLoss: last_finite_loss,
          trainedSeconds: trained_seconds,
          arrays: stateArrays(id),
        })),
    }

    function joinedPoints(quantity: string, layer: number | null): Float64Array {
      const { steps, values } = series.read(runId, quantity, layer)
      const joined = new Float64Array(2 * steps.length)
      joined.set(steps)
      joined.set(values, steps.length)
      return joined
    }

    function stateArrays(stateId: number) {
      const sql = `SELECT rowid AS id, name, dtype, shape, digest FROM checkpoint_arrays
        WHERE checkpoint_id = ? ORDER BY position`
      return connection.all(stateArrayRow, sql, [stateId]).map(({ id, name, dtype, shape, digest }) => {
        const ref = { dtype, shape, sha256: digest }
        return { name, data: located(ref, stored('checkpoint_arrays', id, ref)) }
      })
    }

    return {
      document,
      read(ref) {
        const reader = readers.get(keyOf(ref))
        if (!reader) throw new LabError('not-found', `Run ${runId} has no array with the SHA-256 ${ref.sha256}.`)
        return reader()
      },
    }
  }

  function sweepPart({ id, index }: NonNullable<StoredRun['sweep']>): RunDocument['sweep'] {
    const { spec, createdAt } = sweeps.get(id)
    return { id, index, spec, createdAt }
  }

  /** The place of the run in its sweep, which comes along; null where the id belongs to another sweep here. */
  function adoptSweep(part: RunDocument['sweep']): StoredRun['sweep'] {
    if (!part) return null
    const { index, ...sweep } = part
    const known = sweeps.list().find(({ id }) => id === sweep.id)
    if (!known) sweeps.add(sweep)
    else if (!isDeepStrictEqual(known.spec, sweep.spec) || known.createdAt !== sweep.createdAt) return null
    return { id: sweep.id, index }
  }

  function write(runId: RunId, { document, read }: RunContent): void {
    runs.adopt({ ...document.run, id: runId, binnedAt: null, until: null, sweep: adoptSweep(document.sweep) })
    for (const { system, result, at } of document.claims) claims.save(runId, system, result, at)
    for (const entry of document.log) log.add(runId, entry)
    for (const { quantity, layer, points } of document.series) {
      const joined = float64(read(points))
      const n = joined.length / 2
      series.append(runId, { quantity, layer, steps: joined.slice(0, n), values: joined.slice(n) })
    }
    for (const { data: ref, ...array } of document.arrays) {
      arrays.add(runId, { ...array, shape: ref.shape, data: float64(read(ref)) })
    }
    for (const { step, kept, lastFiniteLoss, trainedSeconds, arrays: refs } of document.states) {
      const held = refs.map(({ name, data }): CheckpointArray => ({ name, shape: data.shape, data: read(data) }))
      checkpoints.save(runId, { checkpoint: { step, arrays: held }, lastFiniteLoss, trainedSeconds }, kept)
    }
  }

  function isCopy(id: RunId, document: RunDocument): boolean {
    try {
      return sameRun(content(id).document, document)
    } catch (thrown) {
      // A run that cannot be read any more is no reason to refuse a sound copy of it.
      if (LabError.from(thrown).details.damaged === true) return false
      throw thrown
    }
  }

  return {
    content,
    add: (given, newId) =>
      connection.transaction(() => {
        const wanted = given.document.run.id
        refuseHuge(given.document)
        const twin = runs.alike(given.document.run).find((id) => isCopy(id, given.document))
        if (twin) return { runId: twin, outcome: 'skipped' }
        const isFree = !runs.has(wanted)
        const runId = isFree ? wanted : newId()
        write(runId, given)
        return { runId, outcome: isFree ? 'added' : 'renamed' }
      }),
  }
}

/** Whatever the ids are: of the run, and of a sweep that could not come along. */
function sameRun(one: RunDocument, other: RunDocument): boolean {
  const essence = (document: RunDocument) => ({ ...document, run: { ...document.run, id: null }, sweep: null })
  return isDeepStrictEqual(essence(one), essence(other))
}

/** One array is held in memory at a time, so this bounds what a hostile file can take. */
const MOST_BYTES = 2 ** 30

function refuseHuge(document: RunDocument): void {
  const huge = arrayRefs(document).find((ref) => sizeOf(ref) * WIDTH[ref.dtype] > MOST_BYTES)
  if (!huge) return
  const message = `Run ${document.run.id} has an array of shape ${huge.shape.join(' × ')}: above the limit of 1 GiB.`
  throw new LabError('bad-input', message)
}

function keyOf({ dtype, shape, sha256 }: ArrayRef): string {
  return `${sha256} ${dtype} ${shape.join(' ')}`
}

function float64(data: FloatArray): Float64Array {
  if (data instanceof Float64Array) return data
  throw new LabError('shape', 'Measured numbers are float64, but float32 came.')
}
