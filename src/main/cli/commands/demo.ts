import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunDetail } from '#shared/contract/index'
import { LabError } from '#shared/errors'
import { exportRunFigures } from '../../export/exportRunFigures'
import { writeFileAtomically } from '../../export/writeFileAtomically'
import { PROJECT_FILE_NAME } from '../../host/defaultProject'
import { checkExactClaims, claimsOfRun } from '../checkClaims'
import { claimSummary, verdictLines, type CheckedClaim } from '../claimTable'
import type { OpenedService } from '../../host/openService'
import { defineCommand, type CommandContext } from '../command'
import { trainAll } from '../followRuns'
import { runDocument, statusOf } from '../runReport'
import { presetSpec, systemNamed } from '../specFromOptions'
import { facts } from '../table'
import { toJson } from '../terminal'
import { withService } from '../withService'

/** One run with closed forms for every number, and one on images: what the workbench is for. */
const RUNS = [
  { system: 'deep-ufm', preset: 'small' },
  { system: 'image-classifier', preset: 'small' },
] as const

export const demo = defineCommand({
  name: 'demo',
  summary: 'train two small runs to the terminal phase, draw their figures, check every claim',
  positionals: [],
  options: {
    out: { type: 'string', placeholder: 'DIR', help: 'folder for project and figures (default: demo-output)' },
    json: { type: 'string', placeholder: 'FILE', help: 'write the result to this file as one JSON document' },
  },
  async run(context, { out = 'demo-output', json }) {
    await makeFolder(out)
    const { runs, files } = await withService(
      context,
      { project: join(out, PROJECT_FILE_NAME), slots: Math.min(RUNS.length, context.cores) },
      (service) => trainAndDraw(context, service, out),
    )
    const claims = [...runs.flatMap(claimsOfRun), ...(await checkClosedForms(context))]
    const allHold = runs.every((run) => run.status === 'completed') && claims.every((claim) => claim.holds)
    const document = { allHold, project: join(out, PROJECT_FILE_NAME), runs: runs.map(runDocument), files, claims }
    if (json !== undefined) await writeFileAtomically(json, `${toJson(document)}\n`)
    return { exitCode: allHold ? 0 : 1, document, text: textOf(out, runs, files, claims) }
  },
})

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    throw new LabError('storage', `Folder ${folder} cannot be made. Choose another with --out.`, { folder }, { cause })
  }
}

async function trainAndDraw(context: CommandContext, service: OpenedService, out: string) {
  const specs = RUNS.map(({ system, preset }) => presetSpec(systemNamed(context.systems, system), preset, 0))
  const runs = await trainAll(context, service, specs)
  const files: string[] = []
  for (const detail of runs) {
    context.terminal.note(`Drawing the figures of ${detail.name}\n`)
    const report = await exportRunFigures({
      detail,
      source: service.handlers,
      directory: join(out, detail.system),
      formats: ['svg', 'png'],
      fontsDirectory: join(context.installation.resources, 'fonts'),
    })
    files.push(...report.files.map((file) => join(detail.system, file)))
  }
  return { runs, files }
}

async function checkClosedForms(context: CommandContext): Promise<CheckedClaim[]> {
  const results: CheckedClaim[] = []
  for (const { system } of RUNS) {
    results.push(...(await checkExactClaims(context, systemNamed(context.systems, system), (_id, slow) => !slow)))
  }
  return results
}

function textOf(
  out: string,
  runs: readonly RunDetail[],
  files: readonly string[],
  claims: readonly CheckedClaim[],
): string {
  return [
    claimSummary(claims),
    '',
    facts(runs.map((run) => [run.name, statusOf(run)])),
    `${files.length} figures and ${PROJECT_FILE_NAME} in ${out}.`,
    verdictLines(claims),
  ].join('\n')
}
