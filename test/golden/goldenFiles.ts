import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'

/** One case of a golden file. */
export interface GoldenCase {
  /** What it tests: the name of its list, or the case's own kind in files with a single list `cases`. */
  readonly kind: string
  readonly name: string
  readonly given: unknown
}

export interface GoldenFile {
  readonly name: string
  /** Number of the theory note that it belongs to, '01'; null if the file name does not start with one. */
  readonly topic: string | null
  readonly cases: readonly GoldenCase[]
}

/** Where the golden files are: COLLAPSAR_GOLDEN, else beside the repository. */
export function goldenFolder(): string {
  return resolve(process.env.COLLAPSAR_GOLDEN ?? join(import.meta.dirname, '../../../shared/golden'))
}

/** Every *.json of the folder, by name; null if there is no such folder. */
export function readGoldenFiles(folder: string): GoldenFile[] | null {
  if (!existsSync(folder)) return null
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.sort().map((name) => ({
    name,
    topic: /^(\d\d)(?!\d)/.exec(name)?.[1] ?? null,
    cases: casesOf(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
  }))
}

const caseSchema = z.record(z.string(), z.unknown())

/** Every object in every list of the file. */
function casesOf(content: unknown): GoldenCase[] {
  const lists = Object.entries(z.record(z.string(), z.unknown()).parse(content))
  return lists.flatMap(([list, entries]) => {
    const parsed = z.array(caseSchema).safeParse(entries)
    return parsed.success ? parsed.data.map((given, index) => goldenCase(list, given, index)) : []
  })
}

function goldenCase(list: string, given: Readonly<Record<string, unknown>>, index: number): GoldenCase {
  const text = (field: string) => (typeof given[field] === 'string' ? given[field] : null)
  const own = list === 'cases' ? (text('kind') ?? text('system')) : null
  return { kind: own ?? list, name: text('name') ?? text('id') ?? `${list} ${index + 1}`, given }
}
