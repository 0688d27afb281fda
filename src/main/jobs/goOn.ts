import type { ErrorData } from '#shared/errors'
import type { Project } from '../store/project'
import type { StoredRun } from '../store/runs'

/** A run whose process died so often without getting further is left alone: the next time it would die again. */
const GIVE_UP_AFTER = 3

/**
 * Puts an interrupted run back into the queue where a state of it is stored, unless it keeps dying.
 * @returns whether it goes on
 */
export function goOn(project: Project, { id, deaths }: StoredRun, at: number): boolean {
  const step = project.checkpoints.lastStep(id)
  if (step === null || deaths >= GIVE_UP_AFTER) return false
  project.runs.requeue(id)
  project.log.add(id, { time: at, level: 'info', message: `Goes on by itself from step ${step}.` })
  return true
}

/** What a person reads about a run whose process is gone. @param deaths how often without getting further */
export function deathNote(what: string, deaths: number, details: ErrorData['details'] = {}): ErrorData {
  const next =
    deaths < GIVE_UP_AFTER
      ? 'Resume it to go on from its last stored state.'
      : `That happened ${deaths} times without getting further, so it does not go on by itself; resume it to try again.`
  return { code: 'internal', message: `${what} What it had measured is kept. ${next}`, details }
}
