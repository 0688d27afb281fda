import { join } from 'node:path'
import { LabError } from '#shared/errors'
import { exportRunFigures, type FigureFormat } from '../../export/exportRunFigures'
import { defineCommand, jsonOption, projectOption } from '../command'
import { findRun } from '../findRun'
import { unknownWord } from '../nearest'
import { withService } from '../withService'

const FORMATS: readonly FigureFormat[] = ['svg', 'png', 'csv']

export const exportFigures = defineCommand({
  name: 'export',
  summary: 'write the figures of a run and their data',
  positionals: [{ name: 'RUN', help: 'id of a run, or its beginning' }],
  options: {
    out: { type: 'string', placeholder: 'DIR', help: 'folder to write to; made when it is missing' },
    format: { type: 'string', placeholder: 'LIST', help: `of ${FORMATS.join(',')} (default: all)` },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, { out, format, project }, [given = '']) {
    if (out === undefined) throw new LabError('bad-input', 'export: --out DIR is missing; it says where to write.')
    const formats = formatsOf(format)
    return withService(context, { project, readOnly: true }, async (service) => {
      const id = await findRun(service, given)
      const { files, skipped } = await exportRunFigures({
        detail: await service.handlers['run.get']({ runId: id }),
        source: service.handlers,
        directory: out,
        formats,
        fontsDirectory: join(context.installation.resources, 'fonts'),
      })
      const skippedLines = skipped.map(({ figure, reason }) => `${figure} left out: ${reason}`)
      const text = [`${files.length} files in ${out}:`, ...files.map((file) => `  ${file}`), ...skippedLines].join('\n')
      return { exitCode: 0, document: { run: id, directory: out, files, skipped }, text }
    })
  },
})

function formatsOf(list: string | undefined): readonly FigureFormat[] {
  if (list === undefined) return FORMATS
  return list.split(',').map((word) => {
    const format = FORMATS.find((known) => known === word)
    if (!format) throw unknownWord('format', word, FORMATS)
    return format
  })
}
