import type { SqlValue } from './connection'

/** A piece of SQL with the values that are bound to its question marks, in their order. */
export interface Sql {
  readonly text: string
  readonly values: readonly SqlValue[]
}

/** SQL from a template: pieces are put in as they are, everything else is bound and never becomes text of a statement. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | SqlValue)[]): Sql {
  let text = strings[0] ?? ''
  const values: SqlValue[] = []
  parts.forEach((part, i) => {
    if (isSql(part)) {
      text += part.text
      values.push(...part.values)
    } else {
      text += '?'
      values.push(part)
    }
    text += strings[i + 1] ?? ''
  })
  return { text, values }
}

/** Text of our own, such as the alias of a table; never anything that was typed. */
export function ownSql(text: string): Sql {
  return { text, values: [] }
}

export function joinSql(parts: readonly Sql[], between: string): Sql {
  return { text: parts.map((part) => part.text).join(between), values: parts.flatMap((part) => part.values) }
}

function isSql(part: Sql | SqlValue): part is Sql {
  return typeof part === 'object' && part !== null && 'text' in part
}
