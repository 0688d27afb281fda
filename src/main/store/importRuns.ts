import type { ImportReport } from '#shared/contract/transfer'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import type { Project } from './project'
import type { RunContent } from './runContent'
import type { Transferred } from './transfer'

/** A file that runs come from. */
export interface RunOrigin {
  readonly runIds: readonly RunId[]
  /** @throws LabError for what is wrong with this run */
  content(runId: RunId): Promise<RunContent & { readonly ignored?: readonly string[] }>
}

export interface ImportOptions {
  newId(): RunId
  readonly signal?: AbortSignal
  onProgress?(done: number, total: number): void
  /** Told of what has come so far, for whoever wants to say so when the rest fails. */
  onReport?(report: ImportReport): void
}

/**
 * Brings in runs one after the other, each all or nothing. One that cannot be read, or has not ended, is refused and the
 * others come.
 *
 * @throws LabError for what is wrong on this side: a project that cannot be written, a full disk; what the signal was
 *   aborted with. What was whole by then stays
 */
export async function importRuns(project: Project, origin: RunOrigin, options: ImportOptions): Promise<ImportReport> {
  if (project.readOnlyReason !== null) {
    throw new LabError('storage', `Project "${project.name}" is open for reading only: ${project.readOnlyReason}`)
  }
  const copied: { from: RunId; to: RunId }[] = []
  const refused: { from: RunId; reason: string }[] = []
  const here: { completed: RunId[]; skipped: RunId[] } = { completed: [], skipped: [] }
  const ignored = new Set<string>()
  const report = (): ImportReport => ({
    copied,
    ...here,
    refused,
    comparisons: [],
    spoiltComparisons: [],
    ignored: [...ignored],
  })
  for (const [index, from] of origin.runIds.entries()) {
    options.onProgress?.(index, origin.runIds.length)
    const result = await bringIn(project, origin, from, options)
    if (result instanceof LabError) refused.push({ from, reason: result.message })
    else {
      for (const section of result.ignored) ignored.add(section)
      if (result.outcome === 'completed' || result.outcome === 'skipped') here[result.outcome].push(from)
      else copied.push({ from, to: result.runId })
    }
    options.onReport?.(report())
  }
  options.onProgress?.(origin.runIds.length, origin.runIds.length)
  return report()
}

type BroughtIn = Transferred & { readonly ignored: readonly string[] }

/** What became of the run, or why it cannot come. @throws LabError for what is wrong on this side */
async function bringIn(
  project: Project,
  origin: RunOrigin,
  from: RunId,
  { newId, signal }: ImportOptions,
): Promise<BroughtIn | LabError> {
  let fault: LabError | null = null
  const theirs = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (thrown) {
      fault = LabError.from(thrown)
      throw fault
    }
  }
  try {
    const { document, read, ignored = [] } = await theirs(() => origin.content(from))
    const content: RunContent = { document, read: (ref) => theirs(() => read(ref)) }
    return { ...(await project.transfer.add(content, newId, signal)), ignored }
  } catch (thrown) {
    if (signal?.aborted) throw thrown
    const error = LabError.from(thrown)
    if (error === fault || error.code === 'bad-input') return error
    throw error
  }
}
