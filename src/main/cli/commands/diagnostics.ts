import { join } from 'node:path'
import { writeFileAtomically } from '../../export/writeFileAtomically'
import { defineCommand, jsonOption, projectOption } from '../command'
import { withService } from '../withService'

export const diagnostics = defineCommand({
  name: 'diagnostics',
  summary: 'a zip file for a report: versions, machine, sizes and the log; nothing that you have made',
  positionals: [],
  options: {
    out: { type: 'string', placeholder: 'DIR', help: 'folder to write to (default: this one)' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, { out = '.', project }) {
    return withService(context, { project, readOnly: true, keepsLog: true }, async ({ handlers }) => {
      const { name, bytes } = await handlers['project.diagnostics'](null)
      const path = join(out, name)
      await writeFileAtomically(path, bytes)
      return { exitCode: 0, document: { path }, text: `Wrote ${path}.` }
    })
  },
})
