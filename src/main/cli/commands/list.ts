import { formatNumber } from '#charts/format'
import { defineCommand, jsonOption, projectOption } from '../command'
import { table } from '../table'
import { withService } from '../withService'

export const list = defineCommand({
  name: 'list',
  summary: 'the runs of a project',
  positionals: [],
  options: { project: projectOption, json: jsonOption },
  async run(context, options) {
    return withService(context, { project: options.project, readOnly: true }, async (service) => {
      const runs = await service.handlers['runs.list'](null)
      const text = table(runs, [
        { title: 'run', cell: (run) => run.id },
        { title: 'name', cell: (run) => run.name },
        { title: 'system', cell: (run) => run.system },
        { title: 'status', cell: (run) => run.status },
        { title: 'step', cell: (run) => `${run.step}/${run.steps}`, align: 'right' },
        {
          title: 'loss',
          cell: ({ last }) => (last['loss'] === undefined ? '' : formatNumber(last['loss'])),
          align: 'right',
        },
        {
          title: 'claims',
          cell: (run) => (run.claimsChecked > 0 ? `${run.claimsHeld}/${run.claimsChecked}` : ''),
          align: 'right',
        },
        { title: 'made', cell: (run) => new Date(run.createdAt).toISOString().slice(0, 16).replace('T', ' ') },
      ])
      const empty = 'No runs yet. "collapsar run deep-ufm --preset small" trains the first.'
      return { exitCode: 0, document: { runs }, text: text || empty }
    })
  },
})
