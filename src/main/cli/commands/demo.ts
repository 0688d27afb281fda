import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunDetail } from '#shared/contract/index'
import { LabError } from '#shared/errors'
import type { RunSpec } from '#shared/spec'
import type { System } from '../../core/system'
import { exportRunFigures } from '../../export/exportRunFigures'
import { writeFileAtomically } from '../../export/writeFileAtomically'
import { PROJECT_FILE_NAME } from '../../host/defaultProject'
import { checkExactClaims, claimsOfRun } from '../checkClaims'
import { claimSummary, verdictLines, type CheckedClaim } from '../claimTable'
import type { OpenedService } from '../../host/openService'
import { defineCommand, type CommandContext } from '../command'
import { trainAll } from '../followRuns'
import { runDocument, statusOf } from '../runReport'
import { presetSpec } from '../specFromOptions'
import { facts } from '../table'
import { toJson } from '../terminal'
import { withService } from '../withService'

export const demo = defineCommand({
  name: 'demo',
  summary: 'train the small runs to the terminal phase, draw their figures, check every claim',
  positionals: [],
  options: {
    out: { type: 'string', placeholder: 'DIR', help: 'folder for project and figures (default: demo-output)' },
    json: { type: 'string', placeholder: 'FILE', help: 'write the result to this file as one JSON document' },
  },
  async run(context, { out = 'demo-output', json }) {
    await makeFolder(out)
    const specs = context.systems.flatMap(demoSpecs)
    const { runs, files } = await withService(
      context,
      { project: join(out, PROJECT_FILE_NAME), slots: Math.min(specs.length, context.cores), resumes: false },
      (service) => trainAndDraw(context, service, specs, out),
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

function demoSpecs(system: System): RunSpec[] {
  return Object.keys(system.presets)
    .filter((id) => system.presets[id]?.demo)
    .map((id) => presetSpec(system, id, 0))
}

async function trainAndDraw(context: CommandContext, service: OpenedService, specs: readonly RunSpec[], out: string) {
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
  for (const system of context.systems) {
    const shown = new Set(system.claims.filter((claim) => claim.kind === 'exact' && claim.demo).map(({ id }) => id))
    results.push(...(await checkExactClaims(context, system, (id) => shown.has(id))))
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
