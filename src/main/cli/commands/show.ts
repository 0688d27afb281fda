import { defineCommand, jsonOption, projectOption } from '../command'
import { findRun } from '../findRun'
import { runDocument, runReport } from '../runReport'
import { withService } from '../withService'

export const show = defineCommand({
  name: 'show',
  summary: 'one run: parameters, outcome, last values, claims',
  positionals: [{ name: 'RUN', help: 'id of a run, or its beginning' }],
  options: { project: projectOption, json: jsonOption },
  async run(context, options, [given = '']) {
    return withService(context, { project: options.project, readOnly: true }, async (service) => {
      const id = await findRun(service, given)
      const detail = await service.handlers['run.get']({ runId: id })
      return { exitCode: 0, document: runDocument(detail), text: runReport(detail) }
    })
  },
})
