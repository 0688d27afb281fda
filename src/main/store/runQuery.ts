import { z } from 'zod'
import { runColors, type Cell, type GroupCell, type RunGroup, type RunPage, type RunRow } from '#shared/contract/runs'
import type { RunStatus } from '#shared/contract/index'
import type { Condition, Operand } from '#shared/filter/condition'
import { runIdSchema, type RunId } from '#shared/ids'
import { annotationColumns, annotationRow } from './annotations'
import { jsonColumn, layerSchema, runStatusSchema } from './columns'
import { ARRIVING } from './runs'
import type { Connection } from './connection'
import { filterSql } from './filterSql'
import { RunSource } from './runSource'
import { joinSql, ownSql, sql, type Sql } from './sql'

/** Which runs: what a filter line says after its names were looked up. */
export interface RunSelection {
  readonly condition: Condition | null
  readonly binned: boolean
  /** Only the runs of one group: the operands it was formed by, and its value of each. */
  readonly group: { readonly by: readonly Operand[]; readonly key: readonly Cell[] } | null
  /** Milliseconds since 1970: what ages are counted from. */
  readonly now: number
}

export interface SortKey {
  readonly operand: Operand
  readonly descending: boolean
}

export interface Slice {
  readonly sort: readonly SortKey[]
  readonly offset: number
  readonly limit: number
}

/** Questions about many runs at once, answered in SQL so that only what is shown is ever read. */
export interface RunQueries {
  /** Newest first among equals. */
  ids(selection: RunSelection, slice: Slice): readonly RunId[]
  /** A part of the selected runs, and how many there are. */
  page(selection: RunSelection, slice: Slice, columns: readonly Operand[]): RunPage
  /** Runs that agree in every operand, with number, mean and spread of each column. */
  groups(
    selection: RunSelection,
    slice: Slice,
    by: readonly Operand[],
    columns: readonly Operand[],
  ): { readonly total: number; readonly groups: readonly RunGroup[] }
  /** The commonest values of an operand. */
  values(selection: RunSelection, operand: Operand, limit: number): readonly { value: Cell; runs: number }[]
  /** Every scalar that some run of the project measured. */
  metrics(): readonly { quantity: string; layer: number | null }[]
  /** How many runs outside the bin have each status, and how many are in the bin. */
  statusCounts(): { readonly counts: Readonly<Record<RunStatus, number>>; readonly binned: number }
  /** Those of the runs that wait or train. */
  active(runIds: readonly RunId[]): readonly RunId[]
  /**
   * Outside the bin: all that run, the first that wait in the order of the queue, and those that ended, latest first: the
   * last of all, and the last of those that did not end well, however many have ended since.
   */
  recent(limit: number): Readonly<Record<'running' | 'waiting' | 'ended', readonly RunId[]>>
}

/** A diverged run of a sweep is one of its results; a run of its own was meant to end well. */
const NOT_WELL = sql`status IN ('failed', 'interrupted') OR (status = 'diverged' AND sweep_id IS NULL)`

const cell = z.custom<Cell>((value) => value === null || typeof value === 'number' || typeof value === 'string')
const cells = z.record(z.string(), cell)
const keysRow = z.object({ keys: jsonColumn(z.array(z.number())) })
const idRow = z.object({ id: runIdSchema })
const valueRow = z.object({ value: cell, runs: z.number() })
const metricRow = z.object({ quantity: z.string(), layer: layerSchema })
const rowHead = z.looseObject({ id: runIdSchema, name: z.string(), system: z.string(), status: runStatusSchema })
const groupRow = z.looseObject({ runs: z.number(), newest: runIdSchema, color: z.enum(runColors).nullable() })
const groupHead = z.looseObject({ runs: z.number(), members: z.string(), total: z.number() })

export function runQueriesOn(connection: Connection): RunQueries {
  const all = <Row extends z.ZodType>(row: Row, { text, values }: Sql) => connection.all(row, text, values)

  /**
   * The created_order of all selected runs in their order, as one row. A filter reads every run anyway: a page and the
   * number of all take one reading.
   */
  function orderedRuns(selection: RunSelection, sort: readonly SortKey[]): number[] {
    const source = new RunSource(selection.now)
    const where = whereSql(selection, source)
    const order = [...sort.map((key) => orderSql(key, source)), sql`runs.created_order DESC`]
    const ordered = sql`SELECT runs.created_order AS run FROM ${source.from} WHERE ${where}
      ORDER BY ${joinSql(order, ', ')}`
    return all(keysRow, sql`SELECT json_group_array(run) AS keys FROM (${ordered})`)[0]?.keys ?? []
  }

  return {
    ids(selection, { sort, offset, limit }) {
      const keys = JSON.stringify(orderedRuns(selection, sort).slice(offset, offset + limit))
      const found = sql`SELECT runs.id FROM json_each(${keys}) AS k CROSS JOIN runs ON created_order = k.value
        ORDER BY k.key`
      return all(idRow, found).map(({ id }) => id)
    },

    page(selection, { sort, offset, limit }, columns) {
      const ordered = orderedRuns(selection, sort)
      const keys = JSON.stringify(ordered.slice(offset, offset + limit))
      const source = new RunSource(selection.now)
      const marks = annotationColumns(source)
      const shown = columns.map((operand, i) => sql`, ${source.value(operand).cell} AS ${ownSql(`c${i}`)}`)
      const found = sql`SELECT runs.id, runs.name, runs.system, runs.status, ${marks} ${joinSql(shown, '')}
        FROM json_each(${keys}) AS k CROSS JOIN ${source.from} WHERE runs.created_order = k.value ORDER BY k.key`
      const rows = all(cells, found).map((row): RunRow => {
        const { id, name, system, status } = rowHead.parse(row)
        const values = columns.map((operand, i) => shownCell(operand, row[`c${i}`] ?? null))
        return { id, name, system, status, ...annotationRow.parse(row), values }
      })
      return { total: ordered.length, rows }
    },

    groups(selection, { sort, offset, limit }, by, columns) {
      const source = new RunSource(selection.now)
      const where = whereSql(selection, source)
      const keys = by.map((operand) => source.value(operand).cell)
      const order = [...sort.map((key) => groupOrderSql(key, source)), sql`max(runs.created_order) DESC`]
      const heads = all(
        groupHead,
        sql`SELECT count(*) AS runs, json_group_array(runs.created_order) AS members, count(*) OVER () AS total
          FROM ${source.from} WHERE ${where} GROUP BY ${joinSql(keys, ', ')}
          ORDER BY ${joinSql(order, ', ')} LIMIT ${limit} OFFSET ${offset}`,
      )
      return {
        total: heads[0]?.total ?? 0,
        groups: describeGroups(`[${heads.map(({ members }) => members).join(',')}]`, by, columns),
      }
    },

    values(selection, operand, limit) {
      const source = new RunSource(selection.now)
      const where = whereSql(selection, source)
      const { cell: value } = source.value(operand)
      const found = sql`SELECT ${value} AS value, count(*) AS runs FROM ${source.from}
        WHERE ${where} AND ${value} IS NOT NULL GROUP BY 1 ORDER BY runs DESC, value LIMIT ${limit}`
      return all(valueRow, found).map((row) => ({ ...row, value: shownCell(operand, row.value) }))
    },

    // One look-up per name instead of a walk over every series: there are hundreds of thousands.
    metrics: () =>
      all(
        metricRow,
        sql`WITH RECURSIVE
          quantities (quantity) AS (
            SELECT min(quantity) FROM series UNION ALL
            SELECT (SELECT min(quantity) FROM series WHERE quantity > quantities.quantity)
            FROM quantities WHERE quantity IS NOT NULL),
          names (quantity, layer) AS (
            SELECT q.quantity, (SELECT min(ifnull(layer, -1)) FROM series AS s WHERE s.quantity = q.quantity)
            FROM quantities AS q WHERE q.quantity IS NOT NULL UNION ALL
            SELECT n.quantity, (SELECT min(ifnull(layer, -1)) FROM series AS s
              WHERE s.quantity = n.quantity AND ifnull(s.layer, -1) > n.layer)
            FROM names AS n WHERE n.layer IS NOT NULL)
        SELECT quantity, nullif(layer, -1) AS layer FROM names WHERE layer IS NOT NULL ORDER BY quantity, layer`,
      ),

    active: (runIds) =>
      all(
        idRow,
        sql`SELECT id FROM runs WHERE status IN ('pending', 'running')
          AND id IN (SELECT value FROM json_each(${JSON.stringify(runIds)}))`,
      ).map(({ id }) => id),

    statusCounts,
    recent,
  }

  function statusCounts() {
    const found = all(
      z.object({ status: runStatusSchema, outside: z.number(), binned: z.number() }),
      sql`SELECT status, count(*) FILTER (WHERE binned_at IS NULL) AS outside,
        count(*) FILTER (WHERE binned_at > ${ARRIVING}) AS binned FROM runs GROUP BY status`,
    )
    const none = { pending: 0, running: 0, completed: 0, diverged: 0, failed: 0, cancelled: 0, interrupted: 0 }
    return {
      counts: { ...none, ...Object.fromEntries(found.map(({ status, outside }) => [status, outside])) },
      binned: found.reduce((sum, { binned }) => sum + binned, 0),
    }
  }

  function recent(limit: number) {
    const ids = (question: Sql) => all(idRow, question).map(({ id }) => id)
    const lastEnded = (which: Sql) =>
      sql`SELECT created_order FROM runs WHERE binned_at IS NULL AND (${which}) ORDER BY ended_at DESC, created_order DESC LIMIT ${limit}`
    return {
      running: ids(sql`SELECT id FROM runs WHERE status = 'running' AND binned_at IS NULL ORDER BY started_at`),
      waiting: ids(sql`SELECT run_id AS id FROM queue ORDER BY position LIMIT ${limit}`),
      ended: ids(sql`SELECT id FROM runs WHERE created_order IN (${lastEnded(sql`ended_at IS NOT NULL`)})
        OR created_order IN (${lastEnded(NOT_WELL)}) ORDER BY ended_at DESC, created_order DESC`),
    }
  }

  /** @param groups the runs of each, as a JSON list of lists */
  function describeGroups(groups: string, by: readonly Operand[], columns: readonly Operand[]): RunGroup[] {
    const source = new RunSource(0)
    const keys = by.map((operand, i) => sql`, min(${source.value(operand).cell}) AS ${ownSql(`k${i}`)}`)
    const shown = columns.map((operand, i) => sql`, ${groupColumns(operand, i, source)}`)
    const color = source.annotation('color')
    const described = sql`SELECT g.key AS place, count(*) AS runs, max(k.value) AS last,
        iif(count(${color}) = count(*) AND min(${color}) = max(${color}), min(${color}), NULL) AS color ${joinSql([...keys, ...shown], '')}
      FROM json_each(${groups}) AS g CROSS JOIN json_each(g.value) AS k CROSS JOIN ${source.from}
      WHERE runs.created_order = k.value GROUP BY g.key`
    const found = sql`SELECT d.*, runs.id AS newest FROM (${described}) AS d
      JOIN runs ON runs.created_order = d.last ORDER BY d.place`
    return all(cells, found).map((row): RunGroup => {
      const { runs, newest, color: marked } = groupRow.parse(row)
      return {
        runs,
        newest,
        color: marked,
        key: by.map((operand, i) => shownCell(operand, row[`k${i}`] ?? null)),
        cells: columns.map((operand, i) => groupCell(operand, row, i)),
      }
    })
  }
}

function whereSql({ condition, binned, group }: RunSelection, source: RunSource): Sql {
  const parts = [
    binned ? sql`runs.binned_at > ${ARRIVING}` : sql`runs.binned_at IS NULL`,
    ...(condition ? [filterSql(condition, source)] : []),
    ...(group?.by ?? []).map((operand, i) => sql`${source.value(operand).cell} IS ${storedCell(group?.key[i])}`),
  ]
  return joinSql(parts, ' AND ')
}

/** Runs without the value stand last, whichever way, and before them those whose number is NaN. */
function orderSql({ operand, descending }: SortKey, source: RunSource): Sql {
  const { number, cell: value } = source.value(operand)
  const direction = descending ? sql`DESC` : sql`ASC`
  if (operand.kind === 'metric' && number) {
    return sql`${value} IS NULL, ${number} IS NULL, ${number} ${direction}`
  }
  return sql`${value} IS NULL, ${value} COLLATE NOCASE ${direction}`
}

function groupOrderSql({ operand, descending }: SortKey, source: RunSource): Sql {
  const { number, cell: value } = source.value(operand)
  const of = number ? sql`ifnull(avg(${number}), min(${value}))` : sql`min(${value})`
  return sql`${of} IS NULL, ${of} COLLATE NOCASE ${descending ? sql`DESC` : sql`ASC`}`
}

function groupColumns(operand: Operand, i: number, source: RunSource): Sql {
  const { number, cell: value } = source.value(operand)
  const column = (name: string) => ownSql(`${name}${i}`)
  const numbers = number ?? sql`NULL`
  return sql`min(${value}) AS ${column('c')}, count(DISTINCT ${value}) AS ${column('distinct')},
    count(${value}) AS ${column('present')}, count(${numbers}) AS ${column('count')},
    avg(${numbers}) AS ${column('mean')}, ${number ? sql`sample_std(${number})` : sql`NULL`} AS ${column('std')}`
}

function groupCell(operand: Operand, row: Readonly<Record<string, Cell>>, i: number): GroupCell {
  const number = (name: string) => {
    const value = row[`${name}${i}`]
    return typeof value === 'number' ? value : null
  }
  const distinct = number('distinct') ?? 0
  // Shared only if every run of the group has it.
  const isCommon = distinct === 1 && number('present') === row['runs']
  return {
    common: isCommon ? shownCell(operand, row[`c${i}`] ?? null) : null,
    distinct,
    count: number('count') ?? 0,
    mean: number('mean'),
    std: number('std'),
  }
}

/** SQL says NaN as a word; only metrics can be it. */
function shownCell(operand: Operand, value: Cell): Cell {
  return operand.kind === 'metric' && value === 'NaN' ? NaN : value
}

function storedCell(value: Cell | undefined): Cell {
  return typeof value === 'number' && Number.isNaN(value) ? 'NaN' : (value ?? null)
}
