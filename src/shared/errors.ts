/** The codes a caller may branch on. Every one has a message that says what was given, expected and what to try. */
export type ErrorCode =
  | 'bad-input' // a value that a person or a file gave is not acceptable
  | 'shape' // arrays that do not fit each other
  | 'degenerate' // the quantity is undefined for this state
  | 'not-found'
  | 'unavailable' // a device, library or file that this installation lacks
  | 'storage' // the project file cannot be read or written
  | 'conflict' // the thing changed or is locked by someone else
  | 'internal' // a defect of ours

export type ErrorDetail = string | number | boolean | null | readonly (string | number)[]
export type ErrorDetails = Readonly<Record<string, ErrorDetail>>

/** A LabError as data: what crosses a process border. */
export interface ErrorData {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
}

/** The only error that crosses a process. Expected endings (divergence, cancellation) are values, not errors. */
export class LabError extends Error {
  override readonly name = 'LabError'
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
  }

  toData(): ErrorData {
    return { code: this.code, message: this.message, details: this.details }
  }

  /** Wraps whatever was thrown; a LabError and its data keep their code, anything else is a defect of ours. */
  static from(thrown: unknown): LabError {
    if (thrown instanceof LabError) return thrown
    if (isErrorData(thrown)) return new LabError(thrown.code, thrown.message, thrown.details)
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return new LabError('internal', message, {}, { cause: thrown })
  }
}

function isErrorData(value: unknown): value is ErrorData {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'message' in value &&
    typeof value.message === 'string' &&
    'details' in value &&
    typeof value.details === 'object'
  )
}
