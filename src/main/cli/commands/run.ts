import { defineCommand, jsonOption, projectOption } from '../command'
import { trainAll } from '../followRuns'
import { exitCodeOf, runDocument, runReport } from '../runReport'
import { specFromOptions } from '../specFromOptions'
import { withService } from '../withService'

export const run = defineCommand({
  name: 'run',
  summary: 'train one run into a project file',
  positionals: [{ name: 'SYSTEM', help: 'id of a system, as in deep-ufm', optional: true }],
  options: {
    preset: { type: 'string', placeholder: 'NAME', help: 'begin with the values of a preset' },
    set: { type: 'string', multiple: true, placeholder: 'NAME=VALUE', help: 'one parameter; may be repeated' },
    seed: { type: 'string', placeholder: 'N', help: 'seed of every random number (default: 0)' },
    spec: { type: 'string', placeholder: 'FILE.json', help: 'begin with a whole spec' },
    name: { type: 'string', placeholder: 'TEXT', help: 'how the run is called in lists' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, options, [system]) {
    const spec = await specFromOptions(context.systems, system, options)
    return withService(context, { project: options.project, slots: 1, resumes: false }, async (service) => {
      const { advice } = await service.handlers['spec.preview']({ spec })
      for (const { message } of advice) context.terminal.note(`${message}\n`)
      const [detail] = await trainAll(context, service, [spec])
      return { exitCode: exitCodeOf(detail!), document: runDocument(detail!), text: runReport(detail!) }
    })
  },
})
