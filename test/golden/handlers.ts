import type { GoldenFile } from './goldenFiles'

/** A file of kinds/: checks one case and throws where it differs. */
interface GoldenHandler {
  /** Kinds of the same name mean different things in other topics; all topics when not given. */
  readonly topic?: string
  check(given: unknown): void | Promise<void>
}

const modules = import.meta.glob<Partial<GoldenHandler>>('./kinds/*.ts', { eager: true })

/**
 * The handler of a kind: `dnc_cases` is checked by kinds/dncCases.ts, in topic 02 by kinds/dncCases.02.ts if there is one.
 * Null: not supported yet.
 */
export function handlerOf(kind: string, { topic }: GoldenFile): GoldenHandler['check'] | null {
  const camel = kind.replace(/[_-]+(\w)/g, (_, letter: string) => letter.toUpperCase())
  const handler = modules[`./kinds/${camel}.${topic}.ts`] ?? modules[`./kinds/${camel}.ts`]
  const fits = !handler?.topic || topic === null || handler.topic === topic
  return (fits && handler?.check) || null
}
