import { setTimeout as pause } from 'node:timers/promises'
import { LabError } from '#shared/errors'
import type { VerificationReport } from '#shared/contract/project'
import { defineCommand, jsonOption, projectOption } from '../command'
import { ProgressBar } from '../progressBar'
import { withService } from '../withService'

const LOOK_EVERY_MS = 100

export const verify = defineCommand({
  name: 'verify',
  summary: 'read every stored array of a project back and compare it with its checksum',
  positionals: [],
  options: {
    quarantine: { type: 'boolean', help: 'put damaged arrays out of the way, so that their runs can be read' },
    project: projectOption,
    json: jsonOption,
  },
  async run(context, options) {
    const readOnly = options.quarantine !== true
    return withService(context, { project: options.project, readOnly }, async ({ handlers }) => {
      const bar = new ProgressBar(context.terminal)
      const begin = performance.now()
      await handlers['project.verify'](null)
      let state = await handlers['project.verification'](null)
      for (; state.progress; state = await handlers['project.verification'](null)) {
        if (context.signal.aborted) await handlers['project.stopVerifying'](null)
        const { done, total } = state.progress
        const secondsLeft = done > 0 ? ((performance.now() - begin) / 1000 / done) * (total - done) : null
        bar.show({ label: 'verify', done, of: total, secondsLeft })
        await pause(LOOK_EVERY_MS)
      }
      bar.clear()
      if (state.error) throw LabError.from(state.error)
      const { report } = state
      if (!report) return { exitCode: 1, document: { stopped: true }, text: 'Stopped before the end.' }
      const quarantined = readOnly ? 0 : (await handlers['project.quarantine'](null)).arrays
      const isSound = report.damaged.length === 0 && report.orphans === 0 && report.pages === null
      return { exitCode: isSound ? 0 : 1, document: { ...report, quarantined }, text: inWords(report, quarantined) }
    })
  },
})

function inWords({ checked, damaged, orphans, pages }: VerificationReport, quarantined: number): string {
  const lines = [`${checked} stored arrays were read back; ${damaged.length} are damaged.`]
  for (const { runId, what } of damaged) lines.push(`  ${runId ?? 'no run'}: ${what}`)
  if (orphans > 0) lines.push(`${orphans} rows belong to nothing.`)
  if (pages !== null)
    lines.push(`SQLite finds the file damaged: ${pages}. Go on from a backup, or use "collapsar salvage".`)
  if (quarantined > 0) lines.push(`${quarantined} were put into quarantine.`)
  else if (damaged.length > 0) lines.push('"collapsar verify --quarantine" puts them out of the way.')
  return lines.join('\n')
}
