import { LabError } from '#shared/errors'
import { parseParams } from '#shared/params'
import { exportTheoryFigures } from '../../export/exportTheoryFigures'
import { defineCommand, jsonOption } from '../command'
import { specFromOptions, systemNamed } from '../specFromOptions'
import { exportText, figureFiles } from './export'

export const theory = defineCommand({
  name: 'theory',
  summary: 'write the pictures of the theory alone that a system draws for its parameters, and their data',
  positionals: [{ name: 'SYSTEM', help: 'id of a system, as in deep-ufm' }],
  options: {
    preset: { type: 'string', placeholder: 'NAME', help: 'begin with the values of a preset' },
    set: { type: 'string', multiple: true, placeholder: 'NAME=VALUE', help: 'one parameter; may be repeated' },
    out: { type: 'string', placeholder: 'DIR', help: 'folder to write to; made when it is missing' },
    format: { type: 'string', placeholder: 'LIST', help: 'of svg,png,csv (default: all)' },
    json: jsonOption,
  },
  async run(context, { preset, set, out, format }, [systemId = '']) {
    if (out === undefined) throw new LabError('bad-input', 'theory: --out DIR is missing; it says where to write.')
    const system = systemNamed(context.systems, systemId)
    const { params } = await specFromOptions(context.systems, system.id, { preset, set })
    const values = parseParams(system.params, params)
    const figures = system.theoryFigures?.(values) ?? []
    const advice = system.advice(values).map(({ message }) => message)
    if (figures.length === 0) {
      const why = advice.length > 0 ? ` ${advice.join(' ')}` : ''
      throw new LabError('bad-input', `theory: ${system.id} draws no closed form for these values.${why}`)
    }
    const files = figureFiles(context, format)
    const { version } = context.installation
    const report = await exportTheoryFigures({ ...files, directory: out, system: system.id, figures, version })
    const document = { system: system.id, params: values, advice, directory: out, ...report }
    return { exitCode: 0, document, text: [...advice, exportText(out, report)].join('\n') }
  },
})
