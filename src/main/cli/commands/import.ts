import { openBundle } from '../../bundle/readBundle'
import { newRunId } from '../../core/newIds'
import { systemClock } from '../../store/clock'
import { importRuns } from '../../store/importRuns'
import { openProject } from '../../store/openProject'
import { defineCommand, jsonOption, projectOption } from '../command'
import { importLines } from '../importLines'

export const importBundles = defineCommand({
  name: 'import',
  summary: 'bring runs into a project from files that "bundle" wrote',
  positionals: [{ name: 'FILE', help: 'a run bundle', repeats: true }],
  options: { project: projectOption, json: jsonOption },
  async run(context, { project: path = context.defaultProject }, files) {
    const project = openProject(path, { clock: systemClock })
    try {
      const imported = []
      for (const file of files) {
        const bundle = await openBundle(file)
        try {
          const { runIds, run: content } = bundle
          imported.push({ file, ...(await importRuns(project, { runIds, content }, { newId: newRunId })) })
        } finally {
          await bundle.close()
        }
      }
      const text = imported.flatMap(({ file, ...report }) => [`${file}:`, ...importLines(report)])
      const isWhole = imported.every(({ refused }) => refused.length === 0)
      return { exitCode: isWhole ? 0 : 1, document: imported, text: text.join('\n') }
    } finally {
      project.close()
    }
  },
})
