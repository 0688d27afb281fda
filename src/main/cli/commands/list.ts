import { formatNumber } from '#charts/format'
import type { Cell, RunRow } from '#shared/contract/runs'
import { fieldOf, type Field } from '#shared/filter/fields'
import { operandOf } from '#shared/filter/resolve'
import { defineCommand, jsonOption, projectOption } from '../command'
import { wholeNumber } from '../numberOption'
import { table, type Column } from '../table'
import { withService } from '../withService'

const usual = ['step', 'steps', 'loss', 'claims', 'created']
/** As many rows as one request may ask for. */
const PAGE = 500

export const list = defineCommand({
  name: 'list',
  summary: 'the runs of a project, those of a filter line where one is given',
  positionals: [{ name: 'FILTER', help: "such as 'system=deep-ufm and K in (4,6) and loss<0.1'", optional: true }],
  options: {
    columns: { type: 'string', placeholder: 'A,B', help: 'what to show: loss, min(loss), nc1[2], loss@100, param.K' },
    sort: { type: 'string', placeholder: 'A', help: 'the column to sort by; -A for the largest first' },
    limit: { type: 'string', placeholder: 'N', help: 'at most so many runs (default: all)' },
    bin: { type: 'boolean', help: 'the runs in the bin' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, options, [filter = '']) {
    const columns = options.columns?.split(',').map((name) => name.trim()) ?? usual
    const most = options.limit === undefined ? Infinity : wholeNumber('limit', options.limit, 0, 1_000_000)
    const sort = options.sort === undefined ? [] : [sortBy(options.sort)]
    return withService(context, { project: options.project, readOnly: true }, async (service) => {
      const rows: RunRow[] = []
      for (let total = Infinity; rows.length < Math.min(most, total);) {
        const limit = Math.min(PAGE, most - rows.length)
        const choice = { filter, binned: options.bin === true, group: null }
        const page = await service.handlers['runs.query']({ ...choice, sort, columns, offset: rows.length, limit })
        total = page.rows.length === 0 ? rows.length : page.total
        rows.push(...page.rows)
      }
      const runs = rows.map((row) => documentOf(row, columns))
      const fields = await service.handlers['runs.fields'](null)
      return { exitCode: 0, document: { runs }, text: table(rows, columnsOf(columns, fields)) || nothing(filter) }
    })
  },
})

function sortBy(given: string) {
  const descending = given.startsWith('-')
  return { column: descending ? given.slice(1) : given, descending }
}

function documentOf({ values, ...row }: RunRow, columns: readonly string[]) {
  return { ...row, values: Object.fromEntries(columns.map((name, i) => [name, values[i] ?? null])) }
}

function columnsOf(columns: readonly string[], fields: readonly Field[]): Column<RunRow>[] {
  return [
    { title: 'run', cell: (run) => run.id },
    { title: 'name', cell: (run) => run.name },
    { title: 'system', cell: (run) => run.system },
    { title: 'status', cell: (run) => run.status },
    ...columns.map((title, i): Column<RunRow> => ({
      title,
      cell: (run) => cellText(fieldOf(operandOf(title, fields), fields), run.values[i] ?? null),
      align: 'right',
    })),
  ]
}

function cellText(field: Field | null, value: Cell): string {
  if (typeof value !== 'number') return value ?? ''
  if (field?.type === 'time') return new Date(value).toISOString().slice(0, 16).replace('T', ' ')
  return field?.words[value] ?? formatNumber(value)
}

function nothing(filter: string): string {
  if (filter !== '') return `No run fits ${filter}.`
  return 'No runs yet. "collapsar run deep-ufm --preset small" trains the first.'
}
