import { isDeepStrictEqual } from 'node:util'
import type { Comparison } from '#shared/comparison'
import { comparisonNameSchema, MOST_COMPARISON_NAME, type SavedComparison } from '#shared/contract/comparisons'
import type { ImportReport } from '#shared/contract/transfer'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { systemClock } from './clock'
import { toJson } from './columns'
import { openForeign } from './foreign'
import { freeName } from './freeName'
import { importRuns, type ImportOptions } from './importRuns'
import { projectOn, type Project } from './project'
import { parseRunDocument } from './runContent'

/**
 * Copies the runs of another project file, oldest first, and the comparisons of them; those in its bin stay there.
 *
 * @throws LabError if the file cannot be read (see `openForeign`), and as `importRuns`
 */
export async function mergeProject(project: Project, otherPath: string, options: ImportOptions): Promise<ImportReport> {
  const foreign = await openForeign(otherPath)
  try {
    const other = projectOn(foreign.connection, { path: otherPath, clock: systemClock })
    const origin = {
      runIds: other.runs.ids(),
      async content(from: RunId) {
        const { document, read } = other.transfer.content(from)
        // As strict as with a file: whatever a bundle may not say, a row may not say either.
        return { document: parseRunDocument(JSON.parse(toJson(document)), `run ${from}`), read }
      },
    }
    const report = await importRuns(project, origin, options)
    return { ...report, ...copyComparisons(other, project, report) }
  } finally {
    await foreign.close()
  }
}

/** Under another name where theirs is taken. @returns the names of those that came, and of those that cannot be read */
function copyComparisons(
  other: Project,
  project: Project,
  { copied }: ImportReport,
): Pick<ImportReport, 'comparisons' | 'spoiltComparisons'> {
  const renamed = new Map<string, RunId>(copied.map(({ from, to }) => [from, to]))
  const came: string[] = []
  const spoilt: string[] = []
  for (const name of other.comparisons.names()) {
    const theirs = readOrNull(other, name)
    if (!theirs) {
      spoilt.push(name)
      continue
    }
    const { savedAt } = theirs
    const comparison = withIds(theirs.comparison, renamed)
    const ours = project.comparisons.list()
    if (ours.some((known) => isDeepStrictEqual(known.comparison, comparison))) continue
    const free = freeName(name, new Set(ours.map((known) => known.name)), MOST_COMPARISON_NAME)
    project.comparisons.save(free, comparison, false, savedAt)
    came.push(free)
  }
  return { comparisons: came, spoiltComparisons: spoilt }
}

/** Null for what is no comparison: the runs are here by now, and one bad row shall not cost the others. */
function readOrNull(other: Project, name: string): SavedComparison | null {
  try {
    const found = other.comparisons.get(name)
    return comparisonNameSchema.safeParse(name).success ? found : null
  } catch (thrown) {
    if (LabError.from(thrown).code === 'storage') return null
    throw thrown
  }
}

/** The runs by their ids here; a group of one run has the id as its key. */
function withIds(comparison: Comparison, renamed: ReadonlyMap<string, RunId>): Comparison {
  const key = (text: string) => renamed.get(text) ?? text
  return {
    ...comparison,
    runIds: comparison.runIds.map((id) => renamed.get(id) ?? id),
    hidden: comparison.hidden.map(key),
    baseline: comparison.baseline === null ? null : key(comparison.baseline),
    slots: Object.fromEntries(Object.entries(comparison.slots).map(([group, slot]) => [key(group), slot])),
  }
}
