import { join } from 'node:path'
import { LabError } from '#shared/errors'
import { isSweepId } from '#shared/ids'
import { exportComparison } from '../../export/exportComparison'
import { exportRunFigures } from '../../export/exportRunFigures'
import { exportSweepFigures } from '../../export/exportSweepFigures'
import type { ExportReport, FigureFormat } from '../../export/writeFigure'
import { defineCommand, jsonOption, projectOption, type CommandContext } from '../command'
import { findRun } from '../findRun'
import { unknownWord } from '../nearest'
import { withService } from '../withService'

const FORMATS: readonly FigureFormat[] = ['svg', 'png', 'csv']

export const exportFigures = defineCommand({
  name: 'export',
  summary: 'write the figures of a run, a sweep or a saved comparison, and their data',
  positionals: [
    { name: 'RUN', help: 'id of a run, or its beginning; or id of a sweep; none with --comparison', optional: true },
  ],
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
    const order = { directory: out, ...figureFiles(context, format) }
    const { version } = context.installation
    return withService(context, { project, readOnly: true }, async (service) => {
      const { handlers } = service
      if (comparison !== undefined) {
        return exported({ comparison }, out, await exportComparison({ ...order, handlers, name: comparison, version }))
      }
      if (given !== undefined && isSweepId(given)) {
        const results = await handlers['sweep.results']({ sweepId: given })
        return exported({ sweep: given }, out, await exportSweepFigures({ ...order, results, version }))
      }
      const id = await findRun(service, given ?? '')
      const detail = await handlers['run.get']({ runId: id })
      return exported({ run: id }, out, await exportRunFigures({ ...order, detail, source: handlers }))
    })
  },
})

function exported(of: Readonly<Record<string, string>>, directory: string, report: ExportReport) {
  return { exitCode: 0 as const, document: { ...of, directory, ...report }, text: exportText(directory, report) }
}

/** 'N files in DIR:' and what was left out. */
export function exportText(directory: string, { files, skipped }: ExportReport): string {
  const left = skipped.map(({ figure, reason }) => `${figure} left out: ${reason}`)
  return [`${files.length} files in ${directory}:`, ...files.map((file) => `  ${file}`), ...left].join('\n')
}

/** What figures are written as. @throws LabError 'bad-input' for a format that there is not */
export function figureFiles({ installation }: Pick<CommandContext, 'installation'>, format: string | undefined) {
  return { formats: formatsOf(format), fontsDirectory: join(installation.resources, 'fonts') }
}

function formatsOf(list: string | undefined): readonly FigureFormat[] {
  if (list === undefined) return FORMATS
  return list.split(',').map((word) => {
    const format = FORMATS.find((known) => known === word)
    if (!format) throw unknownWord('format', word, FORMATS)
    return format
  })
}
