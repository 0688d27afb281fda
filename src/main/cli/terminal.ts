import { LabError } from '#shared/errors'

/** The two streams of a command: its result on stdout, once; everything for the person waiting on stderr. */
export interface Terminal {
  /** Writes to stdout; resolves when the bytes have left this process, so that no exit can lose them. */
  write(text: string): Promise<void>
  note(text: string): void
  /** Whether notes can be redrawn in place. */
  readonly isInteractive: boolean
}

export function processTerminal(stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Terminal {
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => {
          // The reader has seen enough: `collapsar list | head`.
          if (!error || ('code' in error && error.code === 'EPIPE')) resolve()
          else
            reject(new LabError('storage', `The output could not be written: ${error.message}.`, {}, { cause: error }))
        })
      }),
    note: (text) => void stderr.write(text),
    isInteractive: stderr.isTTY,
  }
}

/** One JSON document: arrays of numbers as arrays, and what JSON cannot hold by its name instead of as null. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) => {
    if (field instanceof Float64Array) return Array.from(field, jsonNumber)
    return typeof field === 'number' ? jsonNumber(field) : field
  })
}

function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}
