import { openBundle } from '../../bundle/readBundle'
import { newRunId } from '../../core/newIds'
import { systemClock } from '../../store/clock'
import { openProject } from '../../store/openProject'
import { defineCommand, jsonOption, projectOption } from '../command'

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
          imported.push({ file, ...project.transfer.add(bundle, newRunId), ignored: bundle.ignored })
        } finally {
          bundle.close()
        }
      }
      const text = imported.map(({ file, runId, outcome, ignored }) => {
        const left = ignored.length > 0 ? ` Left out, written by a later version: ${ignored.join(', ')}.` : ''
        return `${file}: ${WORDS[outcome](runId)}${left}`
      })
      return { exitCode: 0, document: imported, text: text.join('\n') }
    } finally {
      project.close()
    }
  },
})

const WORDS = {
  added: (id: string) => `run ${id} came in.`,
  renamed: (id: string) => `came in as run ${id}, because its own id belongs to another run here.`,
  skipped: (id: string) => `is here already as run ${id}.`,
}
