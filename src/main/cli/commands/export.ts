import { join } from 'node:path'
import { LabError } from '#shared/errors'
import { exportComparison } from '../../export/exportComparison'
import { exportRunFigures } from '../../export/exportRunFigures'
import type { FigureFormat } from '../../export/writeFigure'
import type { OpenedService } from '../../host/openService'
import { defineCommand, jsonOption, projectOption } from '../command'
import { findRun } from '../findRun'
import { unknownWord } from '../nearest'
import { withService } from '../withService'

const FORMATS: readonly FigureFormat[] = ['svg', 'png', 'csv']

export const exportFigures = defineCommand({
  name: 'export',
  summary: 'write the figures of a run or a saved comparison, and their data',
  positionals: [{ name: 'RUN', help: 'id of a run, or its beginning; none with --comparison', optional: true }],
  options: {
    comparison: { type: 'string', placeholder: 'NAME', help: 'a comparison that was saved by this name' },
    out: { type: 'string', placeholder: 'DIR', help: 'folder to write to; made when it is missing' },
    format: { type: 'string', placeholder: 'LIST', help: `of ${FORMATS.join(',')} (default: all)` },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, { comparison, out, format, project }, [given]) {
    if (out === undefined) throw new LabError('bad-input', 'export: --out DIR is missing; it says where to write.')
    if ((given === undefined) === (comparison === undefined)) {
      throw new LabError('bad-input', 'export: give either a RUN or --comparison NAME; it says what to write.')
    }
    const order = {
      directory: out,
      formats: formatsOf(format),
      fontsDirectory: join(context.installation.resources, 'fonts'),
    }
    return withService(context, { project, readOnly: true }, async (service) => {
      const { of, report } = await write(service)
      const skippedLines = report.skipped.map(({ figure, reason }) => `${figure} left out: ${reason}`)
      const lines = [`${report.files.length} files in ${out}:`, ...report.files.map((file) => `  ${file}`)]
      return {
        exitCode: 0,
        document: { ...of, directory: out, ...report },
        text: [...lines, ...skippedLines].join('\n'),
      }
    })

    async function write({ handlers, ...service }: OpenedService) {
      if (comparison !== undefined) {
        const { version } = context.installation
        const report = await exportComparison({ ...order, handlers, name: comparison, version })
        return { of: { comparison }, report }
      }
      const id = await findRun({ handlers, ...service }, given ?? '')
      const detail = await handlers['run.get']({ runId: id })
      return { of: { run: id }, report: await exportRunFigures({ ...order, detail, source: handlers }) }
    }
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
