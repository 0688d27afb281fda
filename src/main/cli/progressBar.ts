import { formatDuration } from '#charts/format'
import type { Terminal } from './terminal'

export interface Advance {
  readonly label: string
  readonly done: number
  readonly of: number
  /** Null where nobody can tell. */
  readonly secondsLeft: number | null
}

const WIDTH = 24
const STEP_PERCENT = 10

/** Progress on stderr: one line redrawn in place on a terminal, a line for every ten per cent elsewhere. */
export class ProgressBar {
  private lastLength = 0
  private lastPercent = -STEP_PERCENT

  constructor(private readonly terminal: Terminal) {}

  show(advance: Advance): void {
    const percent = advance.of > 0 ? Math.floor((100 * advance.done) / advance.of) : 0
    if (this.terminal.isInteractive) return this.redraw(lineOf(advance, percent))
    if (percent < this.lastPercent + STEP_PERCENT) return
    this.lastPercent = percent
    this.terminal.note(`${lineOf(advance, percent)}\n`)
  }

  /** Takes the line away, so that what follows begins on a clean one. */
  clear(): void {
    if (this.lastLength === 0) return
    this.redraw('')
    this.terminal.note('\r')
  }

  private redraw(line: string): void {
    const length = [...line].length
    // What is left of a longer line before is overwritten.
    this.terminal.note(`\r${line}${' '.repeat(Math.max(0, this.lastLength - length))}`)
    this.lastLength = length
  }
}

function lineOf({ label, done, of, secondsLeft }: Advance, percent: number): string {
  const filled = Math.min(WIDTH, Math.round((WIDTH * percent) / 100))
  const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled)
  const left = secondsLeft === null ? '' : `  ${formatDuration(secondsLeft)} left`
  return `${label}  ${bar} ${String(percent).padStart(3)} %  ${Math.floor(done)}/${of}${left}`
}
