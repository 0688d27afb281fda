import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { ImportedMatrix } from '#shared/importedMatrix'
import { sizeOf, type FloatArray } from '../core/checkpoint'
import { matrixDigest } from '../core/matrixDigest'
import type { Turns } from '../core/turns'
import { analysisCopiesOn, type PackedNumbers } from './analysisCopies'
import { arraysOn } from './arrays'
import type { Connection } from './connection'
import { packFloatsAside, type FloatBlob } from './floatBlob'
import { freeName } from './freeName'
import type { Project } from './project'
import type { AnalysisDocument, ArrayRef, MatrixDocument, RunContent } from './runContent'
import { seriesOn } from './series'

export type AdoptParts = Pick<Project, 'checkpoints' | 'matrices'>

/** Puts the arrays of a run into the project, in transactions that are short enough for a turn of the event loop. */
export interface RunArrays {
  measured(runId: RunId, content: RunContent, turns: Turns): Promise<void>
  /** Of these matrices those that are not here yet; how many that were. */
  matrices(content: RunContent, turns: Turns): Promise<number>
  analyses(runId: RunId, content: RunContent, wanted: readonly AnalysisDocument[], turns: Turns): Promise<void>
}

/** Small arrays share a transaction: each costs a write that is waited for. */
const BATCH_BYTES = 2 ** 21
const BATCH_ARRAYS = 64
/** See `matrixNameIssue`. */
const MOST_NAME = 80

export function runArraysOn(connection: Connection, { checkpoints, matrices }: AdoptParts): RunArrays {
  const series = seriesOn(connection)
  const arrays = arraysOn(connection)
  const copies = analysisCopiesOn(connection)

  async function measured(runId: RunId, { document, read }: RunContent, turns: Turns): Promise<void> {
    const batch = new Batch(connection, turns)
    for (const { quantity, layer, points } of document.series) {
      const joined = float64(await read(points))
      const n = joined.length / 2
      const part = { quantity, layer, steps: joined.slice(0, n), values: joined.slice(n) }
      await batch.add(joined.byteLength, () => series.append(runId, part))
    }
    for (const { data: ref, ...array } of document.arrays) {
      const blob = await packed(ref, read)
      await batch.add(blob.data.length, () => arrays.addPacked(runId, { ...array, shape: ref.shape }, blob))
    }
    await batch.flush()
    for (const { arrays: refs, ...state } of document.states) {
      const id = checkpoints.begin(runId, state)
      for (const [position, { name, data: ref }] of refs.entries()) {
        const array = { name, dtype: ref.dtype, shape: ref.shape, blob: await packed(ref, read) }
        await batch.add(array.blob.data.length, () => checkpoints.addPacked(id, position, array))
      }
    }
    await batch.flush()
  }

  return {
    measured,

    async matrices({ document, read }, turns) {
      const known = new Set(matrices.list().map(({ digest }) => digest))
      const missing = document.matrices.filter(({ digest }) => !known.has(digest))
      for (const given of missing) {
        const { rows, cols, digest, importedAt: at } = given
        const [values, observed] = [float64(await read(given.values)), float64(await read(given.mask))]
        const matrix = { rows, cols, values, observed }
        refuseFalse(given, matrix)
        // Runs go by the digest, whatever the name is.
        const name = freeName(given.name, new Set(matrices.list().map((known) => known.name)), MOST_NAME)
        matrices.add({ name, digest, matrix, at })
        await turns.pass()
      }
      return missing.length
    },

    async analyses(runId, { read }, wanted, turns) {
      for (const { arrays: refs, ...head } of wanted) {
        const held: PackedNumbers[] = []
        for (const { name, data: ref } of refs) {
          held.push({ name, dtype: ref.dtype, count: sizeOf(ref.shape), blob: await packed(ref, read) })
          await turns.pass()
        }
        copies.add(runId, head, held)
        await turns.pass()
      }
    },
  }
}

/** Changes that are made together, once they are many or large. */
class Batch {
  #changes: (() => void)[] = []
  #bytes = 0

  constructor(
    readonly connection: Connection,
    readonly turns: Turns,
  ) {}

  async add(bytes: number, change: () => void): Promise<void> {
    this.#changes.push(change)
    this.#bytes += bytes
    if (this.#bytes >= BATCH_BYTES || this.#changes.length >= BATCH_ARRAYS) await this.flush()
  }

  async flush(): Promise<void> {
    const changes = this.#changes
    this.#changes = []
    this.#bytes = 0
    this.connection.transaction(() => changes.forEach((change) => change()))
    await this.turns.pass()
  }
}

/** The digest is that of the reference: whoever reads has compared the numbers with it. */
async function packed(ref: ArrayRef, read: RunContent['read']): Promise<FloatBlob> {
  return packFloatsAside(await read(ref), ref.sha256)
}

/** @throws LabError 'bad-input' for a matrix that is not the one its digest names, or that nobody could have imported */
function refuseFalse({ name, digest }: MatrixDocument, matrix: ImportedMatrix): void {
  const { values, observed } = matrix
  const isSound = values.every((value, i) => {
    const seen = observed[i]
    return Math.abs(value) !== Infinity && (seen === 0 || (seen === 1 && !Number.isNaN(value)))
  })
  if (isSound && matrixDigest(matrix) === digest) return
  throw new LabError('bad-input', `The matrix "${name}" is not the one that the run refers to. Export the run again.`)
}

function float64(data: FloatArray): Float64Array {
  if (data instanceof Float64Array) return data
  throw new LabError('shape', 'Measured numbers are float64, but float32 came.')
}
