import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { systemClock } from './clock'
import { toJson } from './columns'
import { openForeign } from './foreign'
import { projectOn, type Project } from './project'
import { parseRunDocument } from './runContent'
import type { Transferred } from './transfer'

export interface MergeReport {
  /** Under another id where the run's own belongs to another run here. */
  readonly copied: readonly { readonly from: RunId; readonly to: RunId }[]
  /** Here already with the same content. */
  readonly skipped: readonly RunId[]
  readonly refused: readonly { readonly from: RunId; readonly reason: string }[]
}

/**
 * Copies the runs of another project file, oldest first, each all or nothing; those in its bin stay there. A run that
 * cannot be read, or has not ended, is refused and the others come.
 *
 * @throws LabError if the file cannot be read (see `openForeign`), or this project cannot be written
 */
export function mergeProject(project: Project, otherPath: string, newId: () => RunId): MergeReport {
  if (project.readOnlyReason !== null) {
    throw new LabError('storage', `Project "${project.name}" is open for reading only: ${project.readOnlyReason}`)
  }
  const foreign = openForeign(otherPath)
  try {
    const other = projectOn(foreign.connection, { path: otherPath, clock: systemClock })
    const copied: { from: RunId; to: RunId }[] = []
    const skipped: RunId[] = []
    const refused: { from: RunId; reason: string }[] = []
    for (const from of other.runs.ids()) {
      const result = copyRun(other, project, from, newId)
      if (result instanceof LabError) refused.push({ from, reason: result.message })
      else if (result.outcome === 'skipped') skipped.push(from)
      else copied.push({ from, to: result.runId })
    }
    return { copied, skipped, refused }
  } finally {
    foreign.close()
  }
}

/** What became of the run, or why it cannot come. @throws LabError for what is wrong on this side: a full disk */
function copyRun(other: Project, project: Project, from: RunId, newId: () => RunId): Transferred | LabError {
  let fault: LabError | null = null
  const theirs = <T>(work: () => T): T => {
    try {
      return work()
    } catch (thrown) {
      fault = LabError.from(thrown)
      throw fault
    }
  }
  try {
    const content = theirs(() => {
      const { document, read } = other.transfer.content(from)
      // As strict as with a file: whatever a bundle may not say, a row may not say either.
      return { document: parseRunDocument(JSON.parse(toJson(document)), `run ${from}`), read }
    })
    return project.transfer.add({ ...content, read: (ref) => theirs(() => content.read(ref)) }, newId)
  } catch (thrown) {
    const error = LabError.from(thrown)
    if (error === fault || error.code === 'bad-input') return error
    throw error
  }
}
