import { LabError } from '#shared/errors'
import { salvage as salvageProject } from '../../store/health/salvage'
import { systemClock } from '../../store/clock'
import { defineCommand, jsonOption } from '../command'
import { table } from '../table'

export const salvage = defineCommand({
  name: 'salvage',
  summary: 'copy what can still be read of a damaged project into a new one',
  positionals: [{ name: 'FILE', help: 'the damaged project; it is not touched' }],
  options: {
    out: { type: 'string', placeholder: 'FILE.clps', help: 'the new project' },
    json: jsonOption,
  },
  async run(_context, { out }, [damaged = '']) {
    if (out === undefined) throw new LabError('bad-input', 'salvage: --out is missing (the new project).')
    const report = await salvageProject(damaged, out, systemClock)
    const rows = table(report.tables, [
      { title: 'table', cell: (row) => row.table },
      { title: 'rows copied', cell: (row) => String(row.copied), align: 'right' },
      { title: 'left alone, nothing to belong to', cell: (row) => String(row.orphaned), align: 'right' },
      { title: '', cell: (row) => (row.incomplete ? 'a part could not be read' : '') },
    ])
    const text = `${rows}\n${report.quarantined} arrays were damaged and are in quarantine. The new project is ${out}.`
    return { exitCode: 0, document: report, text }
  },
})
