import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Handlers } from '#shared/contract/index'
import {
  DOWNLOAD_PART_BYTES,
  type ImportReport,
  type TransferRequests,
  type TransferState,
} from '#shared/contract/transfer'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { version } from '../../../package.json'
import { openBundle } from '../bundle/readBundle'
import { bundlePieces } from '../bundle/writeBundle'
import { newRunId } from '../core/newIds'
import { Turns } from '../core/turns'
import { withoutPaths } from '../jobs/withoutPaths'
import type { Clock } from '../store/clock'
import { importRuns, type ImportOptions } from '../store/importRuns'
import { mergeProject } from '../store/mergeProject'
import type { Project } from '../store/project'
import { dayOf } from './dayOf'
import type { UploadedFile, Uploads } from './uploads'

export interface TransferServiceOptions {
  readonly project: Project
  readonly uploads: Uploads
  readonly clock: Clock
  /** @throws LabError 'storage' if the project is open for reading only */
  requireWriting(): void
  onChanged(runId: RunId): void
}

type Going = Pick<TransferState, 'kind' | 'name'>

/** Exports and imports of runs, one at a time; they take turns with everything else that the service does. */
export function transferHandlers({ project, uploads, clock, requireWriting, onChanged }: TransferServiceOptions): {
  readonly handlers: Pick<Handlers, keyof TransferRequests>
  /** Stops what is going on, and removes what was not fetched. */
  close(): Promise<void>
} {
  let state: TransferState | null = null
  let stop = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let folder: string | null = null

  function update(change: Partial<TransferState>): void {
    if (state) state = { ...state, ...change }
  }

  /** Frees what the last export has left. */
  async function clear(): Promise<void> {
    if (folder) await rm(folder, { recursive: true, force: true })
    folder = null
  }

  function refuseWhileBusy(): void {
    if (!state?.progress) return
    const what = state.kind === 'import' ? `"${state.name}" is being imported` : `"${state.name}" is being written`
    throw new LabError('conflict', `${what}. Wait for it, or stop it.`)
  }

  function begin(going: Going, work: (signal: AbortSignal) => Promise<Partial<TransferState>>): null {
    refuseWhileBusy()
    stop = new AbortController()
    state = { ...going, progress: { done: 0, total: 0 }, report: null, bytes: null, cancelled: false, error: null }
    running = carryOut(stop.signal, work)
    return null
  }

  async function carryOut(
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Partial<TransferState>>,
  ): Promise<void> {
    try {
      await clear()
      update(await work(signal))
    } catch (thrown) {
      if (signal.aborted) update({ cancelled: true })
      else update({ error: withoutPaths(LabError.from(thrown).toData()) })
    } finally {
      update({ progress: null })
    }
  }

  async function write(runIds: readonly RunId[], signal: AbortSignal): Promise<Partial<TransferState>> {
    folder = await mkdtemp(join(tmpdir(), 'collapsar-export-'))
    const turns = new Turns(signal)
    const source = { runIds, content: project.transfer.content, writtenBy: version }
    const pieces = bundlePieces(source, (done) => update({ progress: { done, total: runIds.length } }))
    const path = join(folder, FILE)
    await writeFile(path, withTurns(pieces, turns), { mode: 0o600 })
    return { bytes: (await stat(path)).size }
  }

  async function read(file: UploadedFile, signal: AbortSignal): Promise<Partial<TransferState>> {
    const options: ImportOptions = {
      newId: newRunId,
      signal,
      onProgress: (done, total) => update({ progress: { done, total } }),
      onReport: (report) => update({ report }),
    }
    try {
      return { report: await (await readerOf(file))(project, file.path, options) }
    } finally {
      await file.remove()
      if (state?.report) tellOf(state.report)
    }
  }

  function tellOf({ copied, completed }: ImportReport): void {
    for (const { to } of copied) onChanged(to)
    for (const runId of completed) onChanged(runId)
  }

  return {
    handlers: {
      'transfer.export': async ({ runIds }) => {
        for (const runId of runIds) project.runs.get(runId)
        const [only] = runIds
        const name = runIds.length === 1 && only ? `${only}.zip` : `collapsar-runs-${dayOf(clock.now())}.zip`
        return begin({ kind: 'export', name }, (signal) => write(runIds, signal))
      },
      'transfer.import': async ({ upload }) => {
        requireWriting()
        refuseWhileBusy()
        const file = await uploads.take(upload, 'runs')
        try {
          return begin({ kind: 'import', name: file.name }, (signal) => read(file, signal))
        } catch (thrown) {
          await file.remove()
          throw thrown
        }
      },
      'transfer.state': async () => state,
      'transfer.cancel': async () => {
        stop.abort()
        await running
        return null
      },
      'transfer.download': async ({ offset }) => {
        if (!folder || state?.kind !== 'export' || state.bytes === null) {
          throw new LabError('not-found', 'No exported file waits to be fetched. Export the runs again.')
        }
        return { bytes: await partOf(join(folder, FILE), offset, state.bytes) }
      },
    },
    async close() {
      stop.abort()
      await running
      await clear()
    },
  }
}

const FILE = 'runs.zip'

async function* withTurns(pieces: AsyncIterable<Uint8Array>, turns: Turns): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    yield piece
    await turns.pass()
  }
}

async function partOf(path: string, offset: number, total: number): Promise<Uint8Array> {
  const part = new Uint8Array(Math.max(0, Math.min(DOWNLOAD_PART_BYTES, total - offset)))
  const file = await open(path, 'r')
  try {
    await file.read(part, 0, part.length, offset)
    return part
  } finally {
    await file.close()
  }
}

type Reader = (project: Project, path: string, options: ImportOptions) => Promise<ImportReport>

const readBundle: Reader = async (project, path, options) => {
  const bundle = await openBundle(path)
  try {
    return await importRuns(project, { runIds: bundle.runIds, content: bundle.run }, options)
  } finally {
    await bundle.close()
  }
}

/** By the first bytes, whatever the name says. */
async function readerOf({ name, path }: UploadedFile): Promise<Reader> {
  const head = Buffer.from(await partOf(path, 0, 16)).toString('latin1')
  if (head.startsWith('PK')) return readBundle
  if (head.startsWith('SQLite format 3')) return mergeProject
  throw new LabError('bad-input', `${name} is neither a run bundle (.zip) nor a project (.clps). Choose another file.`)
}
