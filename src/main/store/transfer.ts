import { isDeepStrictEqual } from 'node:util'
import { LabError } from '#shared/errors'
import type { RunId } from '#shared/ids'
import { Turns } from '../core/turns'
import { runArraysOn, type AdoptParts } from './adoptRun'
import type { Connection } from './connection'
import { arrayRefs, bytesOf, type RunContent, type RunDocument, type RunMarking } from './runContent'
import type { StoredRun } from './runs'
import { wholeRunOn, type WholeRunParts } from './wholeRun'

/** Runs as they leave a project and come into one: whole, and bit for bit. */
export interface Transfer {
  /**
   * @throws LabError 'conflict' if the run has not ended; reading an array that is damaged throws 'storage'
   */
  content(runId: RunId): RunContent
  /**
   * Brings in a run, all or nothing; it is seen once it is whole. One that is here already only gets what it lacks of
   * marks, matrices and analyses. Where its id belongs to another run, it takes a new one.
   *
   * @throws what the signal was aborted with; nothing of the run is left then
   */
  add(content: RunContent, newId: () => RunId, signal?: AbortSignal): Promise<Transferred>
}

export interface Transferred {
  readonly runId: RunId
  /** 'completed': it was here, and has got something that it lacked. */
  readonly outcome: 'added' | 'renamed' | 'completed' | 'skipped'
}

export function transferOn(connection: Connection, parts: WholeRunParts & AdoptParts): Transfer {
  const { runs, sweeps, claims, log, annotations } = parts
  const content = wholeRunOn(connection, parts)
  const arrays = runArraysOn(connection, parts)

  /** The place of the run in its sweep, which comes along; null where the id belongs to another sweep here. */
  function adoptSweep(part: RunDocument['sweep']): StoredRun['sweep'] {
    if (!part) return null
    const { index, ...sweep } = part
    const known = sweeps.find(sweep.id)
    if (!known) sweeps.add(sweep)
    else if (!isDeepStrictEqual(known.spec, sweep.spec) || known.createdAt !== sweep.createdAt) return null
    return { id: sweep.id, index }
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

  async function write(runId: RunId, given: RunContent, turns: Turns): Promise<void> {
    const { document } = given
    runs.arrive({ ...document.run, id: runId, binnedAt: null, until: null, sweep: null })
    try {
      await arrays.measured(runId, given, turns)
      await arrays.matrices(given, turns)
      await arrays.analyses(runId, given, document.analyses, turns)
      connection.transaction(() => {
        for (const { system, result, at } of document.claims) claims.save(runId, system, result, at)
        for (const entry of document.log) log.add(runId, entry)
        mark(runId, document.marks)
        runs.settle(runId, adoptSweep(document.sweep))
      })
    } catch (thrown) {
      runs.turnAway(runId)
      throw thrown
    }
  }

  function mark(runId: RunId, { tags, ...marks }: RunMarking): void {
    annotations.change([runId], { ...marks, addTags: tags })
  }

  /** What is written here stays; what is missing comes along. @returns whether anything was */
  async function complete(runId: RunId, given: RunContent, turns: Turns): Promise<boolean> {
    const [ours, theirs] = [annotations.of(runId), given.document.marks]
    const known = new Set(ours.tags.map((tag) => tag.toLowerCase()))
    const marks: RunMarking = {
      star: ours.star || theirs.star,
      color: ours.color ?? theirs.color,
      note: ours.note === '' ? theirs.note : ours.note,
      tags: [...ours.tags, ...theirs.tags.filter((tag) => !known.has(tag.toLowerCase()))],
    }
    const isMarked = !isDeepStrictEqual(marks, ours)
    if (isMarked) mark(runId, marks)
    const hashes = new Set(content(runId).document.analyses.map(({ inputHash }) => inputHash))
    const analyses = given.document.analyses.filter(({ inputHash }) => !hashes.has(inputHash))
    await arrays.analyses(runId, given, analyses, turns)
    const matrices = await arrays.matrices(given, turns)
    return isMarked || analyses.length > 0 || matrices > 0
  }

  return {
    content,
    async add(given, newId, signal) {
      const turns = new Turns(signal)
      refuseHuge(given.document)
      const wanted = given.document.run.id
      const twin = runs.alike(given.document.run).find((id) => isCopy(id, given.document))
      if (twin) return { runId: twin, outcome: (await complete(twin, given, turns)) ? 'completed' : 'skipped' }
      const isFree = !runs.has(wanted)
      const runId = isFree ? wanted : newId()
      await write(runId, given, turns)
      return { runId, outcome: isFree ? 'added' : 'renamed' }
    },
  }
}

/** Whatever the ids are, and whatever a person or an analysis has added since the run ended. */
function sameRun(one: RunDocument, other: RunDocument): boolean {
  const essence = ({ run, claims, log, series, arrays, states }: RunDocument) => {
    return { run: { ...run, id: null, spec: { ...run.spec, name: null } }, claims, log, series, arrays, states }
  }
  return isDeepStrictEqual(essence(one), essence(other))
}

/** One array is held in memory at a time, so this bounds what a hostile file can take. */
const MOST_BYTES = 2 ** 30

function refuseHuge(document: RunDocument): void {
  const huge = arrayRefs(document).find((ref) => bytesOf(ref) > MOST_BYTES)
  if (!huge) return
  const message = `Run ${document.run.id} has an array of shape ${huge.shape.join(' × ')}: above the limit of 1 GiB.`
  throw new LabError('bad-input', message)
}
