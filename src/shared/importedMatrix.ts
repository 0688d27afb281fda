import { LabError } from './errors'

/** A matrix that a person brought. */
export interface ImportedMatrix {
  readonly rows: number
  readonly cols: number
  /** Row by row; NaN where nothing is known. */
  readonly values: Float64Array
  /** 1 where training may see the entry, else 0; 0 wherever nothing is known. */
  readonly observed: Float64Array
}

/** An imported matrix without its numbers, as lists show it. */
export interface MatrixInfo {
  readonly name: string
  /** SHA-256 of shape, values and mask in hexadecimal: what a run that used it is repeated with. */
  readonly digest: string
  readonly rows: number
  readonly cols: number
  /** How many entries have a value, and how many of them training may see. */
  readonly known: number
  readonly observed: number
  readonly importedAt: number
}

/** Largest file, and largest matrix in it: a million observed entries train in seconds, these in minutes. */
export const MATRIX_LIMITS = { fileBytes: 64 * 2 ** 20, side: 8192, entries: 4_194_304 } as const

/** Names stand in specs and on command lines. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,79}$/u
const REFERENCE = /^([^@]+)@([0-9a-f]{64})$/

/** The imported matrices that the parameters of a spec refer to, by digest. */
export function matrixDigestsIn(params: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const references = Object.values(params).filter((value) => typeof value === 'string')
  return new Set(references.flatMap((text) => parseMatrixReference(text).digest ?? []))
}

/** What a spec holds: the name for people, the digest for the machine. */
export function matrixReference({ name, digest }: Pick<MatrixInfo, 'name' | 'digest'>): string {
  return `${name}@${digest}`
}

/** Name and digest of a reference; the digest is null where only a name was given. */
export function parseMatrixReference(text: string): { readonly name: string; readonly digest: string | null } {
  const [, name, digest] = REFERENCE.exec(text) ?? []
  return name !== undefined && digest !== undefined ? { name, digest } : { name: text, digest: null }
}

/** Why text cannot be the name of a matrix; null when it can. */
export function matrixNameIssue(name: string): string | null {
  if (NAME.test(name)) return null
  return (
    `The name ${JSON.stringify(name.slice(0, 100))} cannot be used. Begin with a letter or digit; then letters, digits, ` +
    'spaces, dots, dashes and underscores, 80 characters at most.'
  )
}

/**
 * The matrix of a parameter, as systems get it: null for none.
 * @throws LabError 'internal' for a reference that was not resolved before
 */
export function importedMatrix(value: string | ImportedMatrix): ImportedMatrix | null {
  if (typeof value !== 'string') return value
  if (value === '') return null
  throw new LabError('internal', `The imported matrix "${value}" was named but not loaded.`)
}
