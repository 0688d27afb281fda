import { newRunId } from '../../core/newIds'
import { systemClock } from '../../store/clock'
import { mergeProject } from '../../store/mergeProject'
import { openProject } from '../../store/openProject'
import { defineCommand, jsonOption, projectOption } from '../command'

export const merge = defineCommand({
  name: 'merge',
  summary: 'copy the runs of another project into this one; the other one is not touched',
  positionals: [{ name: 'OTHER.clps', help: 'the project to copy from' }],
  options: { project: projectOption, json: jsonOption },
  async run(context, { project: path = context.defaultProject }, [other = '']) {
    const project = openProject(path, { clock: systemClock })
    try {
      const report = mergeProject(project, other, newRunId)
      const { copied, skipped, refused } = report
      const text = [
        `${copied.length} runs were copied, ${skipped.length} were here already, ${refused.length} were refused.`,
        ...copied.filter(({ from, to }) => from !== to).map(({ from, to }) => `  ${from} is ${to} here.`),
        ...refused.map(({ from, reason }) => `  ${from}: ${reason}`),
      ]
      return { exitCode: refused.length > 0 ? 1 : 0, document: report, text: text.join('\n') }
    } finally {
      project.close()
    }
  },
})
