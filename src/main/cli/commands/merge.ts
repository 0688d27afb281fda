import { newRunId } from '../../core/newIds'
import { systemClock } from '../../store/clock'
import { mergeProject } from '../../store/mergeProject'
import { openProject } from '../../store/openProject'
import { defineCommand, jsonOption, projectOption } from '../command'
import { importLines } from '../importLines'

export const merge = defineCommand({
  name: 'merge',
  summary: 'copy the runs of another project into this one; the other one is not touched',
  positionals: [{ name: 'OTHER.clps', help: 'the project to copy from' }],
  options: { project: projectOption, json: jsonOption },
  async run(context, { project: path = context.defaultProject }, [other = '']) {
    const project = openProject(path, { clock: systemClock })
    try {
      const report = await mergeProject(project, other, { newId: newRunId })
      const text = importLines(report).join('\n')
      return { exitCode: report.refused.length > 0 ? 1 : 0, document: report, text }
    } finally {
      project.close()
    }
  },
})
