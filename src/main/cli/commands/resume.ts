import { defineCommand, jsonOption, projectOption } from '../command'
import { findRun } from '../findRun'
import { followRuns, isUnfinished } from '../followRuns'
import { exitCodeOf, runDocument, runReport } from '../runReport'
import { withService } from '../withService'

export const resume = defineCommand({
  name: 'resume',
  summary: 'go on with an interrupted or cancelled run from its last stored state',
  positionals: [{ name: 'RUN', help: 'id of a run, or its beginning' }],
  options: { project: projectOption, json: jsonOption },
  async run(context, options, [given = '']) {
    return withService(context, { project: options.project, slots: 1, resumes: false }, async (service) => {
      const runId = await findRun(service, given)
      const run = await service.handlers['run.get']({ runId })
      if (!isUnfinished(run)) await service.handlers['run.resume']({ runId })
      const [detail] = await followRuns(context, service, [runId])
      return { exitCode: exitCodeOf(detail!), document: runDocument(detail!), text: runReport(detail!) }
    })
  },
})
