import { formatBytes } from '#charts/format'
import { LabError } from '#shared/errors'
import { defineCommand, jsonOption, projectOption } from '../command'
import { withService } from '../withService'

export const backup = defineCommand({
  name: 'backup',
  summary: 'copy a project beside it and verify the copy; the latest five are kept',
  positionals: [],
  options: { project: projectOption, json: jsonOption },
  async run(context, options) {
    return withService(context, { project: options.project }, async ({ handlers }) => {
      await handlers['project.backUp'](null)
      const [latest] = (await handlers['project.health'](null)).backups
      if (!latest) throw new LabError('internal', 'A backup was made, but none is there.')
      const text = `${latest.name}, ${formatBytes(latest.bytes)}, verified. It opens like any project.`
      return { exitCode: 0, document: latest, text }
    })
  },
})
