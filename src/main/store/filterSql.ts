import type { Condition, Interval, NumberTest, Operand, TextTest } from '#shared/filter/condition'
import { manyTextColumn, manyTexts, type RunSource } from './runSource'
import { joinSql, sql, type Sql } from './sql'

/** A condition as SQL that is 0 or 1 for every run, never NULL. What was typed is bound, never written into the SQL. */
export function filterSql(condition: Condition, source: RunSource): Sql {
  switch (condition.type) {
    case 'and':
    case 'or': {
      const parts = condition.parts.map((part) => filterSql(part, source))
      return sql`(${joinSql(parts, condition.type === 'and' ? ' AND ' : ' OR ')})`
    }
    case 'not':
      return sql`(NOT ${filterSql(condition.part, source)})`
    case 'star':
      return sql`(ifnull(${source.annotation('star')}, 0) = 1)`
    case 'word':
      return wordSql(condition.text, source)
    case 'compare': {
      const { operand, test } = condition
      return test.of === 'number' ? numberSql(operand, test, source) : textSql(operand, test, source)
    }
    default:
      return condition satisfies never
  }
}

function numberSql(operand: Operand, test: NumberTest, source: RunSource): Sql {
  const { number, hasNumber } = source.value(operand)
  if (!number) return sql`0`
  const inside = test.intervals.map((interval) => intervalSql(number, interval))
  const alternatives = [...inside, ...(test.nan ? [sql`(${hasNumber} AND ${number} IS NULL)`] : [])]
  const matches = alternatives.length === 0 ? sql`0` : sql`ifnull(${joinSql(alternatives, ' OR ')}, 0)`
  return test.outside ? sql`(${hasNumber} AND NOT ${matches})` : sql`(${matches})`
}

function intervalSql(number: Sql, { from, to, withoutFrom, withoutTo }: Interval): Sql {
  if (from === to && !withoutFrom && !withoutTo) return sql`(${number} = ${from})`
  const lower = withoutFrom ? sql`${number} > ${from}` : sql`${number} >= ${from}`
  const upper = withoutTo ? sql`${number} < ${to}` : sql`${number} <= ${to}`
  // A value at a step is unpacked each time it is named.
  if (from === -Infinity && !withoutFrom) return upper
  return to === Infinity && !withoutTo ? lower : sql`(${lower} AND ${upper})`
}

function textSql(operand: Operand, test: TextTest, source: RunSource): Sql {
  const field = operand.kind === 'run' ? operand.field : null
  const [exists, column] = field ? [manyTexts[field], manyTextColumn[field]] : []
  if (exists && column) {
    const found = exists(matchesSql(column, test))
    return test.outside ? sql`(NOT ${found})` : found
  }
  const { text } = source.value(operand)
  if (!text) return sql`0`
  const matches = matchesSql(text, test)
  return sql`(${text} IS NOT NULL AND ${test.outside ? sql`NOT ${matches}` : matches})`
}

/** SQLite's lower() changes ASCII letters alone. */
function matchesSql(text: Sql, { how, values }: Pick<TextTest, 'how' | 'values'>): Sql {
  const parts = values.map((value) =>
    how === 'equals' ? sql`lower(${text}) = lower(${value})` : sql`instr(lower(${text}), lower(${value})) > 0`,
  )
  return sql`(${joinSql(parts, ' OR ')})`
}

function wordSql(word: string, source: RunSource): Sql {
  const contains = { of: 'text', how: 'contains', values: [word], outside: false } as const
  const places = (['name', 'id', 'system', 'tag', 'note'] as const).map((field) =>
    textSql({ kind: 'run', field }, contains, source),
  )
  return sql`(${joinSql(places, ' OR ')})`
}
