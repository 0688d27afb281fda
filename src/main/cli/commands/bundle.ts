import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '#shared/errors'
import { bundlePieces } from '../../bundle/writeBundle'
import { writeFileAtomically } from '../../export/writeFileAtomically'
import { systemClock } from '../../store/clock'
import { openProject } from '../../store/openProject'
import { defineCommand, jsonOption, projectOption } from '../command'
import { theRun } from '../findRun'

export const bundle = defineCommand({
  name: 'bundle',
  summary: 'write runs with everything stored of them as zip files in an open format',
  positionals: [{ name: 'RUN', help: 'id of a run, or its beginning', repeats: true }],
  options: {
    out: { type: 'string', placeholder: 'DIR', help: 'folder to write to; made when it is missing' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, { out, project: path = context.defaultProject }, given) {
    if (out === undefined) throw new LabError('bad-input', 'bundle: --out DIR is missing; it says where to write.')
    const project = openProject(path, { clock: systemClock, readOnly: true })
    try {
      // All of them are looked for before the first is written.
      const runs = given.map((text) => theRun(project.runs.list(), text))
      await mkdir(out, { recursive: true })
      const files: string[] = []
      for (const { id } of runs) {
        const file = join(out, `${id}.zip`)
        const { content } = project.transfer
        await writeFileAtomically(
          file,
          bundlePieces({ runIds: [id], content, writtenBy: context.installation.version }),
        )
        files.push(file)
      }
      return { exitCode: 0, document: { files }, text: files.join('\n') }
    } finally {
      project.close()
    }
  },
})
