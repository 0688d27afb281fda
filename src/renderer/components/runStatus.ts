import type { RunStatus, RunSummary } from '#shared/contract/index'
import { words } from './words'

/** The word, the tone and the shape of a state: never a colour alone. */
export const statusWords: Readonly<
  Record<RunStatus, { word: string; tone: 'good' | 'warn' | 'bad' | 'busy' | 'idle' }>
> = {
  pending: { word: words.status.pending, tone: 'idle' },
  running: { word: words.status.running, tone: 'busy' },
  completed: { word: words.status.completed, tone: 'good' },
  diverged: { word: words.status.diverged, tone: 'bad' },
  failed: { word: words.status.failed, tone: 'bad' },
  cancelled: { word: words.status.cancelled, tone: 'idle' },
  interrupted: { word: words.status.interrupted, tone: 'warn' },
}

/** The word for what a run does now: one that comes or came to rest says so. */
export function stateWord({ status, held, step }: Pick<RunSummary, 'status' | 'held' | 'step'>): string {
  if (held && status === 'running') return words.status.pausing
  return held && status === 'pending' && step > 0 ? words.status.paused : statusWords[status].word
}

/** What holds a run back. */
export const heldWords: Readonly<Record<NonNullable<RunSummary['held']>, string>> = words.status.held

/** What the button does that holds a run back or lets it go. */
export function holdWord({ status, held, step }: Pick<RunSummary, 'status' | 'held' | 'step'>): string {
  if (held === 'run') return step > 0 || status === 'running' ? words.status.hold.goOn : words.status.hold.letGo
  return status === 'running' ? words.status.hold.pause : words.status.hold.holdBack
}

export function isActive(run: Pick<RunSummary, 'status'>): boolean {
  return run.status === 'pending' || run.status === 'running'
}

/** Ended otherwise than by finishing or by a person's wish. */
export function hasFailed(run: Pick<RunSummary, 'status'>): boolean {
  return run.status === 'failed' || run.status === 'diverged' || run.status === 'interrupted'
}

/** Can go on from its last stored state. */
export function canResume(run: Pick<RunSummary, 'status'>): boolean {
  return run.status === 'interrupted' || run.status === 'cancelled'
}

/** The name a person gave, or the id. */
export function runTitle(run: Pick<RunSummary, 'id' | 'name'>): string {
  return run.name || run.id
}

/** The system, where the title does not name it already. */
export function systemBeside(run: Pick<RunSummary, 'id' | 'name' | 'system'>): string | null {
  return runTitle(run).includes(run.system) ? null : run.system
}

export function causeOf(run: Pick<RunSummary, 'status' | 'error' | 'step'>): string | null {
  if (run.error) return run.error.message
  switch (run.status) {
    case 'diverged':
      return words.status.whyDiverged(run.step)
    case 'interrupted':
      return words.status.whyInterrupted(run.step)
    default:
      return null
  }
}
